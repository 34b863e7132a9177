namespace Inference.Replicas;

/// <summary>What a run found.</summary>
/// <param name="Steps">Operations that were begun.</param>
/// <param name="Acknowledged">Those that their callers were told are done.</param>
/// <param name="Overtaken">Those that were refused because another came first.</param>
/// <param name="Refused">Those that were refused for another reason, other than that there was no earlier default.</param>
/// <param name="Kills">Processes that were killed.</param>
/// <param name="LeftOvers">Kills after which parts of a version lay aside.</param>
/// <param name="Records">Records of the log, checkpoints included.</param>
/// <param name="Faults">What must not be.</param>
internal sealed record EditReport(int Steps, int Acknowledged, int Overtaken, int Refused, int Kills, int LeftOvers, int Records, IReadOnlyList<string> Faults)
{
    public override string ToString() =>
        $"{Steps} steps, {Acknowledged} acknowledged, {Overtaken} told that another was first, {Refused} refused otherwise, {Kills} kills, {LeftOvers} with parts left aside, {Records} records, {Faults.Count} faults";
}
