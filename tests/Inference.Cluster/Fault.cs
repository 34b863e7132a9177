namespace Inference.Cluster;

/// <summary>Something that was done to a silo.</summary>
/// <param name="Kind">kill, pause or partition.</param>
/// <param name="Silo">Its number.</param>
/// <param name="At">When it began.</param>
/// <param name="Ready">When the silo served again.</param>
internal sealed record Fault(string Kind, int Silo, DateTimeOffset At, DateTimeOffset Ready);
