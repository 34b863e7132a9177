namespace Inference.FeedbackCrash;

/// <summary>What a run found.</summary>
internal sealed record CrashReport(int Kills, int Reports, int Acknowledged, int AcknowledgedAgain, int Stored, IReadOnlyList<string> Faults)
{
    public override string ToString() =>
        $"{Kills} kills, {Reports} reports made, {Acknowledged} acknowledged, {AcknowledgedAgain} of these made again and answered as duplicates, {Stored} in the store, {Faults.Count} faults";
}
