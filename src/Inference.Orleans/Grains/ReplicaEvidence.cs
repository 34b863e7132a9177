using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>The counts of one process: all since it began. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ReplicaEvidence")]
internal sealed class ReplicaEvidence
{
    /// <summary>What the counts are of; those of different subjects never meet.</summary>
    [Id(0)]
    public string Subject { get; set; } = "";

    /// <summary>The process, and its part.</summary>
    [Id(1)]
    public string Replica { get; set; } = "";

    /// <summary>Increases with every report of a replica.</summary>
    [Id(2)]
    public long Sequence { get; set; }

    [Id(3)]
    public byte[] Counts { get; set; } = [];
}
