using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.Pooling;

/// <summary>What the samples of each bin of a region take along one axis of an image, in memory of the caller.</summary>
/// <typeparam name="C">Float or double.</typeparam>
internal readonly unsafe ref struct RoiWeights<C>
    where C : unmanaged, IFloatingPointIeee754<C>
{
    private const int SampleWork = 4;

    private readonly C* _weights;
    private readonly long _size;
    private readonly Span<(long First, long End)> _bins;

    /// <summary>Weighs the samples.</summary>
    /// <param name="memory"><see cref="Length"/> elements.</param>
    /// <param name="bins">Bins along the axis.</param>
    /// <param name="size">Elements of the axis, 1 or more.</param>
    /// <param name="start">Where the first bin starts.</param>
    /// <param name="bin">Elements of a bin.</param>
    /// <param name="samples">Samples of a bin.</param>
    public RoiWeights(C* memory, long bins, long size, double start, double bin, long samples)
    {
        _bins = new(memory, checked((int)bins));
        _weights = (C*)((long*)memory + (2 * bins));
        _size = size;
        new Span<C>(_weights, checked((int)(bins * size))).Clear();
        (long first, long end) = (size, 0);
        var work = default(WorkCounter);
        for (int b = 0; b < bins; b++)
        {
            C* own = _weights + (b * size);
            ref (long First, long End) range = ref _bins[b];
            range = (size, 0);
            double from = start + (b * bin);
            for (long i = 0; i < samples; i++)
            {
                work.Add(SampleWork);
                double at = from + ((i + 0.5) * bin / samples);
                if (!(at >= -1 && at <= size))
                {
                    continue;
                }

                at = Math.Max(at, 0);
                long low = Math.Min((long)at, size - 1);
                long high = Math.Min(low + 1, size - 1);
                double share = low == size - 1 ? 0 : at - low;
                own[low] += C.CreateTruncating(1 - share);
                own[high] += C.CreateTruncating(share);
                range = (Math.Min(range.First, low), Math.Max(range.End, high + 1));
            }

            Reach = Math.Max(Reach, range.End - range.First);
            (first, end) = (Math.Min(first, range.First), Math.Max(end, range.End));
        }

        // A whole number of vectors where the axis has as many elements.
        Extent = Math.Max(0, end - first);
        Extent = Math.Min(size, (Extent + Vector<C>.Count - 1) / Vector<C>.Count * Vector<C>.Count);
        First = Math.Max(0, Math.Min(first, size - Extent));
    }

    /// <summary>The first element that any bin reads.</summary>
    public long First { get; }

    /// <summary>Elements from there on that hold all that bins read.</summary>
    public long Extent { get; }

    /// <summary>The most elements that a bin reads.</summary>
    public long Reach { get; }

    /// <summary>Elements of memory for an axis.</summary>
    public static nint Length(long bins, long size) => checked((nint)((bins * size) + (bins * 2 * sizeof(long) / sizeof(C))));

    /// <summary>sums[i] = Σ rows of a bin, weighed, for columns <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SumRows(long bin, C* plane, long width, long first, long count, C* sums)
    {
        new Span<C>(sums, (int)count).Clear();
        (long start, long end) = _bins[(int)bin];
        for (long r = start; r < end; r++)
        {
            C weight = _weights[(bin * _size) + r];
            if (weight == C.Zero)
            {
                continue;
            }

            C* row = plane + (r * width) + first;
            var weights = new Vector<C>(weight);
            long i = 0;
            for (; i <= count - Vector<C>.Count; i += Vector<C>.Count)
            {
                (Vector.Load(sums + i) + (weights * Vector.Load(row + i))).Store(sums + i);
            }

            for (; i < count; i++)
            {
                sums[i] += weight * row[i];
            }
        }
    }

    /// <summary>Σ columns of a bin, weighed; the row starts at <see cref="First"/>.</summary>
    public C Sum(long bin, C* row)
    {
        (long start, long end) = _bins[(int)bin];
        C sum = C.Zero;
        C* weights = _weights + (bin * _size);
        row -= First;
        for (long i = start; i < end; i++)
        {
            if (weights[i] != C.Zero)
            {
                sum += weights[i] * row[i];
            }
        }

        return sum;
    }

    /// <summary>Writes the weights of <see cref="Extent"/> elements from <see cref="First"/> on by element: [Extent, bins padded to vectors].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Spread(C* dense)
    {
        int padded = Padded(_bins.Length);
        for (long i = 0; i < Extent; i++)
        {
            for (int b = 0; b < padded; b++)
            {
                *dense++ = b < _bins.Length ? _weights[(b * _size) + First + i] : C.Zero;
            }
        }
    }

    /// <summary>Bins with those that fill their last vector.</summary>
    public static int Padded(long bins) => (int)((bins + Vector<C>.Count - 1) / Vector<C>.Count) * Vector<C>.Count;
}
