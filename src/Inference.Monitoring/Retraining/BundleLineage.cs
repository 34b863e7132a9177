namespace Inference.Monitoring.Retraining;

/// <summary>What a bundle descends from.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version that served.</param>
/// <param name="ModelDigest">SHA-256 of the model.</param>
/// <param name="ProfileDigest">The digest of the reference profile; empty without one.</param>
/// <param name="Previous">The bundle before; null for none.</param>
/// <param name="RowsFrom">The time of the first labelled prediction; null without any.</param>
/// <param name="RowsTo">The time of the last one.</param>
/// <param name="LabelledRows">Labelled rows.</param>
/// <param name="Versions">Labelled rows by the version that served them.</param>
internal sealed record BundleLineage(
    string Model, string Version, string ModelDigest, string ProfileDigest, string? Previous, DateTimeOffset? RowsFrom, DateTimeOffset? RowsTo, long LabelledRows, IReadOnlyDictionary<string, long> Versions);
