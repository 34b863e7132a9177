using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

internal sealed partial class FloatRun
{
    /// <summary>
    /// Equal to <see cref="CollectScalar"/>. Sums: 16 columns of a row in the lanes. Cells: one value in all lanes against 2 × 16 bounds; the number of lanes that it reaches is its bin. A column's bounds are
    /// 128 bytes apart and its counts 152, so that the columns of a row use all sets of the first-level cache.
    /// </summary>
    /// <remarks>Lanes past the last column read the next row, or zeros at the end; their scale is 0, so that they add 0 to sums, and they are not counted.</remarks>
    internal void Collect512(ReadOnlySpan<float> data, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<float> last = stackalloc float[Lanes];
        last.Clear();
        for (int row = 0; row < rows; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            ReadOnlySpan<float> values = data[(row * _width)..];
            ref float first = ref MemoryMarshal.GetReference(values);
            nuint sum = (nuint)((part * stripe.Columns) + FirstColumn);
            ref int counts = ref stripe.Counts[part * stripe.Cells];
            for (int block = 0; block < Count; block += Lanes)
            {
                int lanes = Math.Min(Lanes, Count - block);
                bool ends = block + Lanes > values.Length;
                if (ends)
                {
                    values.Slice(block, lanes).CopyTo(last);
                }

                ref float own = ref ends ? ref MemoryMarshal.GetReference(last) : ref Unsafe.Add(ref first, block);
                Vector512<float> x = Vector512.LoadUnsafe(ref own);
                nuint place = (nuint)block;
                AddSums(x, Vector512.LoadUnsafe(ref _center.First, place), Vector512.LoadUnsafe(ref _scale.First, place), ref Unsafe.Add(ref stripe.Sums.First, sum + place), ref Unsafe.Add(ref stripe.Squares.First, sum + place));
                ulong inside = (Vector512.GreaterThanOrEqual(x, Vector512.LoadUnsafe(ref _least.First, place)) & Vector512.LessThanOrEqual(x, Vector512.LoadUnsafe(ref _most.First, place))).ExtractMostSignificantBits();
                ulong outside = ~inside & ((1UL << lanes) - 1);
                CountCells(ref own, lanes, ref Unsafe.Add(ref _bounds.First, block * Bounds), ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_under), block), ref counts);
                for (; outside != 0; outside &= outside - 1)
                {
                    int i = BitOperations.TrailingZeroCount(outside);
                    Move(Unsafe.Add(ref own, i), block + i, ref counts);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountCells(ref float values, int lanes, ref float bounds, ref int under, ref int counts)
    {
        for (nuint i = 0; i < (nuint)lanes; i++)
        {
            Vector512<float> value = Vector512.Create(Unsafe.Add(ref values, i));
            ulong low = Vector512.GreaterThanOrEqual(value, Vector512.LoadUnsafe(ref bounds)).ExtractMostSignificantBits();
            ulong high = Vector512.GreaterThanOrEqual(value, Vector512.LoadUnsafe(ref bounds, Lanes)).ExtractMostSignificantBits();
            nuint cell = (uint)Unsafe.Add(ref under, i) + (uint)BitOperations.PopCount(low | (high << Lanes));
            Unsafe.Add(ref counts, cell)++;
            bounds = ref Unsafe.Add(ref bounds, Bounds);
        }
    }

    // The widened lanes are sign-extended 32-bit numbers, whose product is that of their low halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSums(Vector512<float> x, Vector512<float> center, Vector512<float> scale, ref long sums, ref long squares)
    {
        // The native forms return any number for NaN, which is masked.
        Vector512<float> d = Vector512.MinNative(Vector512.MaxNative((x - center) * scale, Vector512.Create((float)-FixedPoint.Limit)), Vector512.Create((float)FixedPoint.Limit));
        Vector512<float> finite = Vector512.LessThanOrEqual(Vector512.Abs(x), Vector512.Create(float.MaxValue));
        Vector512<int> q = Vector512.ConvertToInt32Native(Vector512.Round(d)) & finite.AsInt32();
        (Vector512<long> low, Vector512<long> high) = Vector512.Widen(q);
        (Vector512.LoadUnsafe(ref sums) + low).StoreUnsafe(ref sums);
        (Vector512.LoadUnsafe(ref sums, Lanes / 2) + high).StoreUnsafe(ref sums, Lanes / 2);
        (Vector512.LoadUnsafe(ref squares) + Square(low)).StoreUnsafe(ref squares);
        (Vector512.LoadUnsafe(ref squares, Lanes / 2) + Square(high)).StoreUnsafe(ref squares, Lanes / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Square(Vector512<long> q) => Avx512F.IsSupported ? Avx512F.Multiply(q.AsInt32(), q.AsInt32()) : q * q;
}
