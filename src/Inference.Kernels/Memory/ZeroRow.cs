namespace Inference.Kernels.Memory;

/// <summary>A shared row of zeros for reads that fall into padding.</summary>
internal static unsafe class ZeroRow
{
    // 64 KB: a row of 256 pixels of 64 channels.
    private static NativeBuffer s_row = new(64 << 10);

    /// <summary>At least <paramref name="bytes"/> zero bytes. Rows returned earlier stay valid: the old row is kept alive by the new one's owner list.</summary>
    public static byte* OfAtLeast(nint bytes)
    {
        NativeBuffer row = Volatile.Read(ref s_row);
        return row.Length >= bytes ? row.Pointer : Grow(bytes);
    }

    private static readonly List<NativeBuffer> s_kept = [];

    private static byte* Grow(nint bytes)
    {
        lock (s_kept)
        {
            if (s_row.Length < bytes)
            {
                s_kept.Add(s_row);
                Volatile.Write(ref s_row, new NativeBuffer(2 * bytes));
            }

            return s_row.Pointer;
        }
    }
}
