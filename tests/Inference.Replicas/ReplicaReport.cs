namespace Inference.Replicas;

/// <summary>What a run found.</summary>
/// <param name="Steps">Operations that were begun.</param>
/// <param name="Acknowledged">Decisions that their callers were told of.</param>
/// <param name="Refused">Operations that were refused.</param>
/// <param name="Kills">Processes that were killed.</param>
/// <param name="Tears">Times that half a line was left at the end of the log.</param>
/// <param name="Records">Records of the log, checkpoints included.</param>
/// <param name="Faults">What must not be.</param>
internal sealed record ReplicaReport(int Steps, int Acknowledged, int Refused, int Kills, int Tears, int Records, IReadOnlyList<string> Faults)
{
    public override string ToString() =>
        $"{Steps} steps, {Acknowledged} decisions acknowledged, {Refused} refused, {Kills} kills, {Tears} torn lines, {Records} records, {Faults.Count} faults";
}
