namespace Inference.Operators.Attention;

/// <summary>Where head h of batch row b starts and how far its rows lie apart, in elements; the last dimension is contiguous.</summary>
/// <param name="Batch">Elements between batch rows.</param>
/// <param name="Head">Elements between heads.</param>
/// <param name="Row">Elements between sequence positions.</param>
internal readonly record struct HeadLayout(long Batch, long Head, long Row)
{
    /// <summary>[B, H, S, D].</summary>
    public static HeadLayout HeadsFirst(long heads, long rows, long depth) => new(heads * rows * depth, rows * depth, depth);

    /// <summary>[B, S, H·D].</summary>
    public static HeadLayout RowsFirst(long heads, long rows, long depth) => new(heads * rows * depth, depth, heads * depth);

    public long Offset(long batch, long head) => batch * Batch + head * Head;
}
