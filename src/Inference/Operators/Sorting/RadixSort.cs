namespace Inference.Operators.Sorting;

/// <summary>Sorts 64-bit numbers by their high 32 bits, ascending and stable, a byte at a time.</summary>
internal static unsafe class RadixSort
{
    /// <summary>Numbers from which it is faster than a sort by comparisons.</summary>
    public const int Least = 200;

    private const int Digits = 4;
    private const int Values = 256;

    /// <summary>Sorts <paramref name="x"/>; <paramref name="other"/> has room for as many.</summary>
    public static void Run(ulong* x, ulong* other, int count)
    {
        int* counts = stackalloc int[Digits * Values];
        new Span<int>(counts, Digits * Values).Clear();
        for (int i = 0; i < count; i++)
        {
            uint key = (uint)(x[i] >> 32);
            counts[key & 255]++;
            counts[Values + ((key >> 8) & 255)]++;
            counts[(2 * Values) + ((key >> 16) & 255)]++;
            counts[(3 * Values) + (key >> 24)]++;
        }

        ulong* from = x;
        ulong* to = other;
        for (int digit = 0; digit < Digits; digit++)
        {
            int* places = counts + (digit * Values);
            int shift = 32 + (8 * digit);
            if (places[(from[0] >> shift) & 255] == count)
            {
                continue;
            }

            int place = 0;
            for (int value = 0; value < Values; value++)
            {
                (places[value], place) = (place, place + places[value]);
            }

            for (int i = 0; i < count; i++)
            {
                to[places[(from[i] >> shift) & 255]++] = from[i];
            }

            ulong* done = to;
            to = from;
            from = done;
        }

        if (from != x)
        {
            new ReadOnlySpan<ulong>(from, count).CopyTo(new Span<ulong>(x, count));
        }
    }
}
