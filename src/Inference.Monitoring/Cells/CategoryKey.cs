using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Inference.Monitoring.Cells;

/// <summary>Values of categorical columns as 64-bit keys: integers as they are, strings by XxHash3 over their UTF-16 units. Two strings share a key with a probability of 2⁻⁶⁴.</summary>
internal static class CategoryKey
{
    public static ulong Of(string value) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value.AsSpan()));

    public static ulong Of(long value) => (ulong)value;

    /// <summary>The key of a number; false if it is not an integer of 64 bits.</summary>
    public static bool TryOf(double value, out ulong key)
    {
        long integer = (long)value;
        key = (ulong)integer;
        return integer == value;
    }
}
