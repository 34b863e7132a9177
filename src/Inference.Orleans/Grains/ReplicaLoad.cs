using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>The load of a replica since its last report. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ReplicaLoad")]
internal sealed class ReplicaLoad
{
    /// <summary>The number of the replica.</summary>
    [Id(0)]
    public int Number { get; set; }

    /// <summary>Calls in it on average.</summary>
    [Id(1)]
    public double Concurrency { get; set; }

    /// <summary>The mean time that calls waited.</summary>
    [Id(2)]
    public TimeSpan Wait { get; set; }
}
