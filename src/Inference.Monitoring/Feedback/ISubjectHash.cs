namespace Inference.Monitoring.Feedback;

/// <summary>Says how a subject appears in <see cref="KeptPrediction.Subject"/>.</summary>
internal interface ISubjectHash
{
    /// <summary>The subject as it is kept of predictions.</summary>
    string HashOf(string subject);
}
