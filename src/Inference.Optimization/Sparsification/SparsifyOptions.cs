namespace Inference.Optimization.Sparsification;

/// <summary>Options of sparsification.</summary>
public sealed class SparsifyOptions
{
    /// <summary>The tokens of a block, a power of two of 16 to 512; the default is 64, at which products are still as fast as whole ones.</summary>
    public int Block { get; init; } = 64;

    /// <summary>The tokens from which attention is rewritten, ≥ 2; the default is 512: below, it takes little of a model's time.</summary>
    public int LeastTokens { get; init; } = 512;

    /// <summary>The share of a head's attention that its pattern holds at least if no budget is given, 0 to 1; the default is 0.99. With a budget the share is searched.</summary>
    public double Share { get; init; } = 0.99;

    /// <summary>The tokens of one sliding window that all heads get, instead of patterns of their own; null, the default: each head gets a pattern.</summary>
    public int? Window { get; init; }

    /// <summary>The names of nodes to leave unchanged: the softmax of an attention, or its output.</summary>
    public IReadOnlyCollection<string> ExcludedNodes { get; init; } = [];

    /// <summary>The heads of the model and where their attention lies: filled by the first sparsification if empty, used by the next ones of the same model and rows. Null, the default: measured each time.</summary>
    internal List<AttentionHead>? Heads { get; init; }

    /// <exception cref="OptimizationException">An option is out of range.</exception>
    internal void Validate()
    {
        if (Block is < 16 or > 512 || !int.IsPow2(Block) || LeastTokens < 2 || Share is not (>= 0 and <= 1) || Window < 1)
        {
            throw new OptimizationException(FormattableString.Invariant(
                $"Sparsification: expected Block to be a power of two of 16 to 512, LeastTokens ≥ 2, Share of 0 to 1 and Window ≥ 1, got {Block}, {LeastTokens}, {Share} and {(object?)Window ?? "none"}. Correct the options."));
        }
    }
}
