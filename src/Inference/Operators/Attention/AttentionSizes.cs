namespace Inference.Operators.Attention;

/// <summary>Sizes of one attention.</summary>
/// <param name="Batch">B.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="Rows">Query positions.</param>
/// <param name="Keys">Key positions, past included.</param>
/// <param name="Depth">Size of a query or key head.</param>
/// <param name="ValueDepth">Size of a value head.</param>
internal readonly record struct AttentionSizes(long Batch, long Heads, long KeyHeads, long Rows, long Keys, long Depth, long ValueDepth)
{
    /// <summary>Elements of the scores [B, H, rows, keys].</summary>
    public long ScoreCount => Batch * Heads * Rows * Keys;

    /// <summary>Elements of the output [B, H, rows, value depth].</summary>
    public long OutputCount => Batch * Heads * Rows * ValueDepth;
}
