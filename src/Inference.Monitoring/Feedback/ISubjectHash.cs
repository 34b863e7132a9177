namespace Inference.Monitoring.Feedback;

/// <summary>Says how names of subjects and tenants appear in <see cref="KeptPrediction.Subject"/> and <see cref="KeptPrediction.Tenant"/>.</summary>
internal interface ISubjectHash
{
    /// <summary>The name as it is kept of predictions.</summary>
    string HashOf(string name);
}
