namespace Inference.Operators.Scoring;

/// <summary>Attributes that are counts.</summary>
internal static class MlAttributes
{
    /// <summary>The most targets or classes: their scores, and what is kept for each, are within reason.</summary>
    public const int MaxCount = 1 << 24;

    /// <summary>A count of targets, 1 to <see cref="MaxCount"/>.</summary>
    /// <exception cref="ModelLoadException">It is none.</exception>
    public static int Count(Node node, string name, long byDefault)
    {
        long count = node.Attributes.Int(name, byDefault);
        return count is >= 1 and <= MaxCount ? (int)count : throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected a number in [1, {MaxCount}], got {count}.");
    }
}
