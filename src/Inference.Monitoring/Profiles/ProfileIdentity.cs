namespace Inference.Monitoring.Profiles;

/// <summary>What a profile belongs to, and the labels of its rows. Immutable.</summary>
internal sealed record ProfileIdentity
{
    public string ModelName { get; init; } = "";

    public string ModelVersion { get; init; } = "";

    public string ModelDigest { get; init; } = "";

    public string Source { get; init; } = "";

    public string[] LabelClasses { get; init; } = [];

    public long[] LabelCounts { get; init; } = [];
}
