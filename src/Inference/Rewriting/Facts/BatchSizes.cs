namespace Inference.Rewriting.Facts;

/// <summary>
/// Names of sizes while the batch is followed. What a file calls its dimensions is kept apart from what is found here, and says nothing of the batch: a size is the batch's, free of it,
/// or depends on it (or on rows) in a way that is not followed.
/// </summary>
internal static class BatchSizes
{
    // A free element of which nothing else is known; elements by this name are not the same number.
    private const string FreeNumber = "free";
    private const string BatchName = "batch";
    private const string DependentPrefix = "dependent ";

    /// <summary>The batch's size.</summary>
    public static Dimension Batch { get; } = Dimension.Named(BatchName);

    /// <summary>A number that does not depend on the batch.</summary>
    public static Dimension Free { get; } = Dimension.Named(FreeNumber);

    /// <summary>A number that depends on the batch.</summary>
    public static Dimension Dependent { get; } = Dimension.Named(DependentPrefix);

    /// <summary>A size of its own that does not depend on the batch.</summary>
    public static Dimension NewFree(ref int last) => Dimension.Named($"free {++last}");

    /// <summary>A size of its own that depends on the batch.</summary>
    public static Dimension NewDependent(ref int last) => Dimension.Named($"{DependentPrefix}{++last}");

    /// <summary>What a file declares of an input, its names apart from ours.</summary>
    public static Dimension Declared(Dimension dimension, ref int last) =>
        dimension.IsFixed ? dimension : dimension.Symbol is { } name ? Dimension.Named($"declared {name}") : NewFree(ref last);

    /// <summary>Whether it is the same number whatever the batch is.</summary>
    public static bool IsFree(Dimension dimension) =>
        dimension.IsFixed || (dimension.Symbol is { } name && name != BatchName && !name.StartsWith(DependentPrefix, StringComparison.Ordinal));
}
