namespace Inference.Monitoring;

/// <summary>How a reference profile is made.</summary>
public sealed record ReferenceProfileOptions
{
    /// <summary>What is stated about columns, by the name of a column (<c>features[3]</c>) or of a tensor (<c>features</c>); the column's own entry wins.</summary>
    public IReadOnlyDictionary<string, ColumnOptions> Columns { get; init; } = new Dictionary<string, ColumnOptions>(StringComparer.Ordinal);

    /// <summary>The name of a categorical column whose values, at most the 16 most frequent ones, are watched as segments; null for none.</summary>
    public string? SegmentColumn { get; init; }

    /// <summary>Where the rows come from, for the profile's <see cref="ReferenceProfile.Source"/>: such as the digest of a file.</summary>
    public string Source { get; init; } = "";

    internal ColumnOptions? Find(string column, string tensor) => Columns.GetValueOrDefault(column) ?? Columns.GetValueOrDefault(tensor);
}
