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
    /// <remarks>Lanes past the last column: see <see cref="Collect512"/>.</remarks>
    internal void Collect256(ReadOnlySpan<float> data, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<float> last = stackalloc float[HalfLanes];
        last.Clear();
        ref float first = ref MemoryMarshal.GetReference(data);
        for (int block = 0; block < Count; block += HalfLanes)
        {
            int lanes = Math.Min(HalfLanes, Count - block);
            Vector256<float> least = Vector256.LoadUnsafe(ref _least.First, (nuint)block);
            Vector256<float> most = Vector256.LoadUnsafe(ref _most.First, (nuint)block);
            Vector256<float> center = Vector256.LoadUnsafe(ref _center.First, (nuint)block);
            Vector256<float> scale = Vector256.LoadUnsafe(ref _scale.First, (nuint)block);
            uint counted = (1u << lanes) - 1;
            ref float bounds = ref Unsafe.Add(ref _bounds.First, block * Bounds);
            ref float coarse = ref Unsafe.Add(ref _coarse.First, block * HalfLanes);
            ref int under = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_under), block);
            for (int row = 0; row < rows; row++)
            {
                int place = (row * _width) + block;
                if (place + HalfLanes > data.Length)
                {
                    data.Slice(place, lanes).CopyTo(last);
                    place = -1;
                }

                ref float values = ref place < 0 ? ref MemoryMarshal.GetReference(last) : ref Unsafe.Add(ref first, place);
                int part = segments.IsEmpty ? 0 : segments[row];
                ref int counts = ref stripe.Counts[part * stripe.Cells];
                Vector256<float> x = Vector256.LoadUnsafe(ref values);
                nuint sum = (nuint)((part * stripe.Columns) + FirstColumn + block);
                AddSums(x, center, scale, ref Unsafe.Add(ref stripe.Sums.First, sum), ref Unsafe.Add(ref stripe.Squares.First, sum));
                for (int i = 0; i < lanes; i++)
                {
                    float value = Unsafe.Add(ref values, i);
                    uint groups = Vector256.GreaterThanOrEqual(Vector256.Create(value), Vector256.LoadUnsafe(ref coarse, (nuint)(i * HalfLanes))).ExtractMostSignificantBits();
                    int group = Math.Min(BitOperations.PopCount(groups), HalfLanes - 1);
                    uint fine = Vector128.GreaterThanOrEqual(Vector128.Create(value), Vector128.LoadUnsafe(ref bounds, (nuint)((i * Bounds) + (4 * group)))).ExtractMostSignificantBits();
                    Unsafe.Add(ref counts, Unsafe.Add(ref under, i) + (4 * group) + BitOperations.PopCount(fine))++;
                }

                uint inside = (Vector256.GreaterThanOrEqual(x, least) & Vector256.LessThanOrEqual(x, most)).ExtractMostSignificantBits();
                if ((inside & counted) != counted)
                {
                    Move(MemoryMarshal.CreateReadOnlySpan(ref values, lanes), block, ref counts);
                }
            }
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
