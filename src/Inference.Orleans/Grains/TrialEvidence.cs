using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>The counts of one process in a trial: all since it began. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.TrialEvidence")]
internal sealed class TrialEvidence
{
    /// <summary>The trial; counts of different trials never meet.</summary>
    [Id(0)]
    public string Trial { get; set; } = "";

    /// <summary>The process, and its part in the trial.</summary>
    [Id(1)]
    public string Replica { get; set; } = "";

    /// <summary>Increases with every report of a replica.</summary>
    [Id(2)]
    public long Sequence { get; set; }

    [Id(3)]
    public byte[] Counts { get; set; } = [];
}
