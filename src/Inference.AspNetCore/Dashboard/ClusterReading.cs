using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What the cluster said when it was asked. Immutable.</summary>
/// <param name="Silos">Its silos; null if there is no cluster, or it did not answer.</param>
/// <param name="Fault">Why it did not answer; null otherwise.</param>
internal sealed record ClusterReading(IReadOnlyList<SiloSnapshot>? Silos, string? Fault);
