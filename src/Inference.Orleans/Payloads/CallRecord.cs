using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>What the silo's record of a call says.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.CallRecord")]
internal sealed class CallRecord
{
    [Id(0)]
    public string? Version { get; set; }

    [Id(1)]
    public string? Placement { get; set; }

    /// <summary><see cref="RunArm"/> as text.</summary>
    [Id(2)]
    public string? Arm { get; set; }

    [Id(3)]
    public string[]? Path { get; set; }

    /// <summary>The record of a call; null if it says nothing.</summary>
    public static CallRecord? Of(RunRecord record)
    {
        IReadOnlyList<string> path = record.Path;
        return record is { VersionServed: null, Placement: null, Arm: null } && path.Count == 0 ? null : new CallRecord
        {
            Version = record.VersionServed,
            Placement = record.Placement,
            Arm = record.Arm?.ToString(),
            Path = path.Count == 0 ? null : [.. path],
        };
    }

    /// <summary>Adds what it says to the caller's record.</summary>
    public void CopyTo(RunRecord record)
    {
        record.VersionServed = Version ?? record.VersionServed;
        record.Placement = Placement ?? record.Placement;
        record.Arm = RunArm.Parse(Arm) ?? record.Arm;
        foreach (string step in Path ?? [])
        {
            record.AddStep(step);
        }
    }
}
