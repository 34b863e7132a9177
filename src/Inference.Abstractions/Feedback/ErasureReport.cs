namespace Inference.Feedback;

/// <summary>What an erasure removed.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Predictions">The number of predictions.</param>
/// <param name="Reports">The number of reports of these.</param>
/// <param name="Exemplars">The number of rows kept as examples.</param>
public sealed record ErasureReport(string Subject, long Predictions, long Reports, long Exemplars);
