namespace Inference.Cluster;

/// <summary>What <see cref="ManyModels"/> found; sizes in MiB, times in ms.</summary>
/// <param name="Models">Registered models.</param>
/// <param name="Calls">Calls of random models.</param>
/// <param name="Wrong">Answers that differ from those of the same bytes without a cluster.</param>
/// <param name="CapMiB">The bytes that models may take.</param>
/// <param name="MostMiB">The most that they took.</param>
/// <param name="ProcessMiB">What the process took at the end.</param>
/// <param name="ColdCalls">Calls that loaded their model.</param>
/// <param name="ColdP50Ms">Their median.</param>
/// <param name="ColdP99Ms">Their 99th percentile.</param>
/// <param name="AloneP50Ms">Loading and running without a cluster, median.</param>
/// <param name="AloneP99Ms">The 99th percentile.</param>
internal sealed record ManyReport(int Models, int Calls, int Wrong, long CapMiB, long MostMiB, long ProcessMiB, int ColdCalls, double ColdP50Ms, double ColdP99Ms, double AloneP50Ms, double AloneP99Ms);
