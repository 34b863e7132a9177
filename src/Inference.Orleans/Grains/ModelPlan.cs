using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>What is desired of a model. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ModelPlan")]
internal sealed class ModelPlan
{
    /// <summary>The number of replicas, at least 1.</summary>
    [Id(0)]
    public int Replicas { get; set; }

    /// <summary>The sequence of the last decision that the directory knows; 0 for none.</summary>
    [Id(1)]
    public long Decision { get; set; }

    /// <summary>Why the directory cannot read the log of decisions; null if it can.</summary>
    [Id(2)]
    public string? Trouble { get; set; }
}
