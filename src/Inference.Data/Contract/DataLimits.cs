namespace Inference.Data.Contract;

/// <summary>Limits on the memory that a file may require. Sizes stated in a file are only claims: they are checked against these limits before any allocation.</summary>
internal static class DataLimits
{
    /// <summary>Bytes of one column of a batch; batches get fewer rows where they would take more.</summary>
    public const long BatchBytes = 256L << 20;

    /// <summary>The number of bytes that may be in memory at once independent of the batch: a row, an array in Fortran order, a column of a row group.</summary>
    public const long BlockBytes = 1L << 30;

    /// <summary>Deflate expands one byte to at most 1032. Source: zlib, "A Massively Spiffy Yet Delicately Unobtrusive Compression Library", technical details.</summary>
    public const long DeflateRatio = 1032;

    /// <summary>2⁵³: a larger double may be a different integer from the one in the file.</summary>
    public const long LargestExact = 1L << 53;

    /// <summary>The minimum number of bytes of a string in memory: its reference and its object.</summary>
    private const long TextBytes = 32;

    /// <summary>Bytes of elements in memory.</summary>
    public static Int128 Bytes(ElementType type, Int128 elements) => elements * (type == ElementType.String ? TextBytes : Math.Max(1, type.BitWidth() / 8));

    /// <summary>The number of rows in a batch: as many as requested, or as many as fit.</summary>
    /// <exception cref="DataException">A single row is too large.</exception>
    public static int BatchRows(string where, ElementType type, IEnumerable<long> rowShape, int asked)
    {
        Int128 row = Bytes(type, Product(rowShape));
        RequireBlock(where, "a row", row);
        return row * asked <= BatchBytes ? asked : (int)Math.Max(1, BatchBytes / (long)row);
    }

    /// <exception cref="DataException">It exceeds the limit.</exception>
    public static void RequireBlock(string where, string what, Int128 bytes)
    {
        if (bytes > BlockBytes)
        {
            throw new DataException($"{where}: expected {what} of at most {BlockBytes:N0} bytes, got one of {bytes:N0}. Split it into smaller parts.");
        }
    }

    /// <summary>The number of elements of a shape, which saturates.</summary>
    public static Int128 Product(IEnumerable<long> shape) => shape.Aggregate(Int128.One, static (product, size) => product > long.MaxValue ? product : product * size);
}
