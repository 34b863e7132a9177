namespace Inference.Caching.Units;

/// <summary>The contents of one unit: its bytes and its strings, in the order of the layout. Not to be changed.</summary>
internal readonly record struct UnitData(byte[] Bytes, string[] Strings)
{
    // What the 64-bit runtime puts before elements and characters, the final 0 of a string included, bytes.
    private const int ArrayHeader = 24;
    private const int StringHeader = 22;

    /// <summary>Bytes that the contents take in memory.</summary>
    public long Size
    {
        get
        {
            long size = (Bytes.Length == 0 ? 0 : ArrayHeader + ((Bytes.Length + 7) & ~7)) + (Strings.Length == 0 ? 0 : ArrayHeader + (8L * Strings.Length));
            foreach (string item in Strings)
            {
                size += StringHeader + (2L * item.Length);
            }

            return size;
        }
    }
}
