namespace Inference.Monitoring;

/// <summary>What is handed over for training: a folder with <c>reason.json</c>, <c>labels.npz</c>, <c>reference.profile</c> and <c>windows.bin</c>, as far as there are any. Complete when it is handed over, and not changed after that. Immutable.</summary>
public sealed record RetrainingBundle
{
    /// <summary>The name of the folder: the time and a number.</summary>
    public required string Id { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The version that serves.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>SHA-256 of the model that serves.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>The reasons, oldest first.</summary>
    public required IReadOnlyList<RetrainingReason> Reasons { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Labelled rows in <c>labels.npz</c>.</summary>
    public required long LabelledRows { get; init; }

    /// <summary>The file of labelled rows; null if there are none.</summary>
    public string? LabelsPath { get; init; }
}
