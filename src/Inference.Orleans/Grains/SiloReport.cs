using Orleans;
using Orleans.Runtime;

namespace Inference.Orleans.Grains;

/// <summary>What a silo says of itself. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.SiloReport")]
internal sealed class SiloReport
{
    [Id(0)]
    public SiloAddress Silo { get; set; } = null!;

    /// <summary>Its name, for people.</summary>
    [Id(1)]
    public string Name { get; set; } = "";

    /// <summary>The bytes that its models may take.</summary>
    [Id(2)]
    public long MaxBytes { get; set; }

    /// <summary>The bytes that they take.</summary>
    [Id(3)]
    public long Bytes { get; set; }

    /// <summary>Calls that run or wait in it.</summary>
    [Id(4)]
    public int Calls { get; set; }

    /// <summary>Whether it is stopping.</summary>
    [Id(5)]
    public bool IsClosing { get; set; }

    /// <summary>The models that are loaded in it.</summary>
    [Id(6)]
    public string[] Loaded { get; set; } = [];

    /// <summary>The keys of the replicas in it.</summary>
    [Id(7)]
    public string[] Replicas { get; set; } = [];
}
