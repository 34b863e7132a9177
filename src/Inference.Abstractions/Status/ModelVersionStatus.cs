using System.Collections.ObjectModel;

namespace Inference.Status;

/// <summary>The current status of one version.</summary>
public sealed class ModelVersionStatus
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary>The state of the version.</summary>
    public required ModelVersionState State { get; init; }

    /// <summary>The labels assigned to it.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The digest of the loaded model; null if it is not loaded.</summary>
    public string? Digest { get; init; }

    /// <summary>The total size of its files, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The number of calls in flight.</summary>
    public required int CallsInFlight { get; init; }

    /// <summary>The number of calls served since it was loaded.</summary>
    public required long Calls { get; init; }

    /// <summary>Why the version was refused or rolled back; null if it was not.</summary>
    public string? Error { get; init; }

    /// <summary>What the version was made from, by name, such as <c>parent</c>, <c>data</c>, <c>commit</c>; empty if it is not recorded.</summary>
    public IReadOnlyDictionary<string, string> Lineage { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
