namespace Inference.Status;

/// <summary>One version as it stands.</summary>
public sealed class ModelVersionStatus
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary>What it does.</summary>
    public required ModelVersionState State { get; init; }

    /// <summary>Labels it carries.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Digest of the loaded model; null when it is not loaded.</summary>
    public string? Digest { get; init; }

    /// <summary>Length of its files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Calls it is serving.</summary>
    public required int CallsInFlight { get; init; }

    /// <summary>Calls it served since it was loaded.</summary>
    public required long Calls { get; init; }

    /// <summary>Why it was refused or taken back; null when it was not.</summary>
    public string? Error { get; init; }
}
