using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

internal sealed partial class FloatRun
{
    private const int HalfLanes = Lanes / 2;

    /// <summary>
    /// Equal to <see cref="CollectScalar"/>. Sums: 8 columns of a row in the lanes. Cells in two steps: the 8 coarse bounds choose a group of 4 bounds, which is searched; the last group holds the values that reach
    /// all coarse bounds too.
    /// </summary>
    /// <remarks>As for <see cref="Collect512"/>.</remarks>
    internal void Collect256(ReadOnlySpan<float> data, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        AlignedArray<float> coarse = Coarse();
        Span<float> last = stackalloc float[HalfLanes];
        last.Clear();
        for (int row = 0; row < rows; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            ReadOnlySpan<float> values = data[(row * _width)..];
            ref float first = ref MemoryMarshal.GetReference(values);
            nuint sum = (nuint)((part * stripe.Columns) + FirstColumn);
            ref int counts = ref stripe.Counts[part * stripe.Cells];
            for (int block = 0; block < Count; block += HalfLanes)
            {
                int lanes = Math.Min(HalfLanes, Count - block);
                bool ends = block + HalfLanes > values.Length;
                if (ends)
                {
                    values.Slice(block, lanes).CopyTo(last);
                }

                ref float own = ref ends ? ref MemoryMarshal.GetReference(last) : ref Unsafe.Add(ref first, block);
                Vector256<float> x = Vector256.LoadUnsafe(ref own);
                nuint place = (nuint)block;
                AddSums(x, Vector256.LoadUnsafe(ref _center.First, place), Vector256.LoadUnsafe(ref _scale.First, place), ref Unsafe.Add(ref stripe.Sums.First, sum + place), ref Unsafe.Add(ref stripe.Squares.First, sum + place));
                uint inside = (Vector256.GreaterThanOrEqual(x, Vector256.LoadUnsafe(ref _least.First, place)) & Vector256.LessThanOrEqual(x, Vector256.LoadUnsafe(ref _most.First, place))).ExtractMostSignificantBits();
                uint outside = ~inside & ((1u << lanes) - 1);
                CountCells(ref own, lanes, ref Unsafe.Add(ref _bounds.First, block * Bounds), ref Unsafe.Add(ref coarse.First, block * HalfLanes), ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_under), block), ref counts);
                for (; outside != 0; outside &= outside - 1)
                {
                    int i = BitOperations.TrailingZeroCount(outside);
                    Move(Unsafe.Add(ref own, i), block + i, ref counts);
                }
            }
        }
    }

    // Threads may make it at once: they make the same.
    private AlignedArray<float> Coarse()
    {
        if (Volatile.Read(ref _coarse) is not { } coarse)
        {
            coarse = new AlignedArray<float>(Count * Bounds / 4);
            for (int i = 0; i < coarse.Length; i++)
            {
                coarse.Span[i] = _bounds.Span[(4 * i) + 3];
            }

            Volatile.Write(ref _coarse, coarse);
        }

        return coarse;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountCells(ref float values, int lanes, ref float bounds, ref float coarse, ref int under, ref int counts)
    {
        for (nuint i = 0; i < (nuint)lanes; i++)
        {
            float value = Unsafe.Add(ref values, i);
            uint groups = Vector256.GreaterThanOrEqual(Vector256.Create(value), Vector256.LoadUnsafe(ref coarse)).ExtractMostSignificantBits();
            uint group = 4 * Math.Min((uint)BitOperations.PopCount(groups), HalfLanes - 1);
            uint fine = Vector128.GreaterThanOrEqual(Vector128.Create(value), Vector128.LoadUnsafe(ref bounds, group)).ExtractMostSignificantBits();
            nuint cell = (uint)Unsafe.Add(ref under, i) + group + (uint)BitOperations.PopCount(fine);
            Unsafe.Add(ref counts, cell)++;
            bounds = ref Unsafe.Add(ref bounds, Bounds);
            coarse = ref Unsafe.Add(ref coarse, HalfLanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums(Vector256<float> x, Vector256<float> center, Vector256<float> scale, ref long sums, ref long squares)
    {
        Vector256<float> d = Vector256.MinNative(Vector256.MaxNative((x - center) * scale, Vector256.Create((float)-FixedPoint.Limit)), Vector256.Create((float)FixedPoint.Limit));
        Vector256<float> finite = Vector256.LessThanOrEqual(Vector256.Abs(x), Vector256.Create(float.MaxValue));
        Vector256<int> q = Vector256.ConvertToInt32Native(Vector256.Round(d)) & finite.AsInt32();
        (Vector256<long> low, Vector256<long> high) = Vector256.Widen(q);
        (Vector256.LoadUnsafe(ref sums) + low).StoreUnsafe(ref sums);
        (Vector256.LoadUnsafe(ref sums, HalfLanes / 2) + high).StoreUnsafe(ref sums, HalfLanes / 2);
        (Vector256.LoadUnsafe(ref squares) + Square(low)).StoreUnsafe(ref squares);
        (Vector256.LoadUnsafe(ref squares, HalfLanes / 2) + Square(high)).StoreUnsafe(ref squares, HalfLanes / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Square(Vector256<long> q) => Avx2.IsSupported ? Avx2.Multiply(q.AsInt32(), q.AsInt32()) : q * q;
}
