namespace Inference.Kernels.BlockQuantized;

/// <summary>
/// A weight W[N,K] in blocks of K, each with a scale and a zero point: W[n,k] = (code − zeroPoint)·scale. Borrowed pointers;
/// null means absent. Source: com.microsoft MatMulNBits.
/// </summary>
internal unsafe struct BlockQuantizedMatrix
{
    /// <summary>[N, ceil(K/BlockSize), BlockSize·Bits/8] codes; for 4 bits the low half of a byte comes first.</summary>
    public byte* Codes;

    /// <summary>[N, ceil(K/BlockSize)].</summary>
    public float* Scales;

    /// <summary>[N, ceil(ceil(K/BlockSize)·Bits/8)] codes of zero points; 2^(Bits − 1) if absent.</summary>
    public byte* ZeroPoints;

    /// <summary>N.</summary>
    public nint Columns;

    /// <summary>K.</summary>
    public nint Depth;

    /// <summary>Elements of K in a block: 16 or more, a power of two.</summary>
    public int BlockSize;

    /// <summary>4 or 8.</summary>
    public int Bits;

    internal readonly nint Blocks => (Depth + BlockSize - 1) / BlockSize;

    internal readonly int ZeroPoint(nint n, nint block)
    {
        if (ZeroPoints == null)
        {
            return 1 << (Bits - 1);
        }

        if (Bits == 8)
        {
            return ZeroPoints[(n * Blocks) + block];
        }

        byte pair = ZeroPoints[(n * ((Blocks + 1) / 2)) + (block / 2)];
        return (block & 1) == 0 ? pair & 15 : pair >> 4;
    }
}
