namespace Inference.Status;

/// <summary>What a silo of a cluster said of itself. Immutable.</summary>
public sealed record SiloSnapshot
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its address in the cluster.</summary>
    public required string Address { get; init; }

    /// <summary>The bytes that its models may take.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>The bytes that they take.</summary>
    public required long Bytes { get; init; }

    /// <summary>Calls that run or wait in it.</summary>
    public required int Calls { get; init; }

    /// <summary>Whether it is stopping.</summary>
    public bool IsStopping { get; init; }

    /// <summary>The models that are loaded in it, by name.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>The replicas that it has, as <c>model/number</c>.</summary>
    public required IReadOnlyList<string> Replicas { get; init; }
}
