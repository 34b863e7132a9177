namespace Inference.Erasure;

/// <summary>What an erasure removed of one model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Predictions">The number of predictions.</param>
/// <param name="Reports">The number of reports of these.</param>
/// <param name="Exemplars">The number of rows kept as examples.</param>
/// <param name="CachedRows">The number of rows in caches of this process.</param>
public sealed record ModelErasure(string Model, long Predictions, long Reports, long Exemplars, long CachedRows);
