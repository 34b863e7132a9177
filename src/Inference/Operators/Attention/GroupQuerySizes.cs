namespace Inference.Operators.Attention;

/// <summary>Sizes of one run of grouped-query attention.</summary>
/// <param name="Batch">B.</param>
/// <param name="Rows">S: query positions.</param>
/// <param name="Fresh">Key and value positions given: S, or 0 where the past alone is attended.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="Depth">D: size of a head.</param>
/// <param name="Past">Positions that the past holds room for.</param>
/// <param name="Present">Positions that the present holds room for.</param>
/// <param name="Total">The longest sequence of the batch, past included.</param>
/// <param name="IsPacked">Whether the query's rows hold keys and values behind their queries.</param>
internal readonly record struct GroupQuerySizes(long Batch, long Rows, long Fresh, long Heads, long KeyHeads, long Depth, long Past, long Present, long Total, bool IsPacked)
{
    /// <summary>Whether all positions are new, so that the past is not read.</summary>
    public bool IsFirst => Rows == Total;

    public long Group => Heads / KeyHeads;

    /// <summary>Elements of a row of the query.</summary>
    public long QueryRow => (IsPacked ? Heads + 2 * KeyHeads : Heads) * Depth;

    /// <summary>Elements of a row of the keys, or of the values.</summary>
    public long KeyRow => IsPacked ? QueryRow : KeyHeads * Depth;
}
