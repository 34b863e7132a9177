using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Images;

/// <summary>
/// Points that are weighted sums of a few elements of a plane: for tap t, point i reads the element at offsets[t · Pitch + i]. Points of fewer taps than the others have
/// weights and offsets of 0 for the rest and are listed: what they do not read may be infinite.
/// </summary>
/// <typeparam name="W">What sums are calculated in.</typeparam>
internal unsafe ref struct SampledBlock<W>
    where W : unmanaged, INumber<W>
{
    public nint* Offsets;
    public W* Weights;

    /// <summary>Taps of a point.</summary>
    public int Taps;

    /// <summary>Elements between taps.</summary>
    public int Pitch;

    /// <summary>Points.</summary>
    public int Count;

    /// <summary>Points of fewer taps, and how many each has.</summary>
    public int* Partial;

    public int* PartialTaps;

    public int PartialCount;

    /// <summary>Memory of a block, bytes.</summary>
    public static nint Bytes(int taps, int pitch) => (nint)pitch * ((taps * (sizeof(nint) + sizeof(W))) + (2 * sizeof(int)));

    /// <summary>A block in some memory.</summary>
    public SampledBlock(byte* memory, int taps, int pitch)
    {
        Taps = taps;
        Pitch = pitch;
        Offsets = (nint*)memory;
        Weights = (W*)(Offsets + (taps * pitch));
        Partial = (int*)(Weights + (taps * pitch));
        PartialTaps = Partial + pitch;
    }

    /// <summary>Sets a point between four neighbours of a plane.</summary>
    /// <param name="first">The upper left one.</param>
    /// <param name="width">Elements between rows.</param>
    /// <param name="down">How far below it, 0 to 1.</param>
    /// <param name="right">How far to the right of it.</param>
    /// <param name="scale">What the point is multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetBilinear(nint first, nint width, double down, double right, double scale)
    {
        nint* offsets = Offsets + Count;
        offsets[0] = first;
        offsets[Pitch] = first + 1;
        offsets[2 * Pitch] = first + width;
        offsets[3 * Pitch] = first + width + 1;
        double up = (1 - down) * scale;
        down *= scale;
        W* weights = Weights + Count++;
        weights[0] = W.CreateTruncating(up * (1 - right));
        weights[Pitch] = W.CreateTruncating(up * right);
        weights[2 * Pitch] = W.CreateTruncating(down * (1 - right));
        weights[3 * Pitch] = W.CreateTruncating(down * right);
    }

    /// <summary>Sets a point whose taps are given; the block's points are set in order.</summary>
    public void Set(scoped ReadOnlySpan<long> offsets, scoped ReadOnlySpan<double> weights)
    {
        int count = offsets.Length;
        for (int t = 0; t < count; t++)
        {
            Offsets[(t * Pitch) + Count] = (nint)offsets[t];
            Weights[(t * Pitch) + Count] = W.CreateTruncating(weights[t]);
        }

        for (int t = count; t < Taps; t++)
        {
            Offsets[(t * Pitch) + Count] = 0;
            Weights[(t * Pitch) + Count] = W.Zero;
        }

        if (count < Taps)
        {
            Partial[PartialCount] = Count;
            PartialTaps[PartialCount++] = count;
        }

        Count++;
    }

    /// <summary>The points of some planes.</summary>
    /// <param name="planes">The first plane.</param>
    /// <param name="planeStride">Elements between planes.</param>
    /// <param name="count">Planes.</param>
    /// <param name="y">The points of the first plane.</param>
    /// <param name="stride">Elements between those of two planes.</param>
    public readonly void Sample<T, TRead>(T* planes, nint planeStride, nint count, W* y, nint stride)
        where T : unmanaged
        where TRead : struct, IReadAs<T, W>
    {
        for (nint c = 0; c < count; c++, planes += planeStride, y += stride)
        {
            if (Taps == 4 && c + 1 < count)
            {
                Four<T, TRead>(planes, planes + planeStride, y, y + stride);
                SamplePartial<T, TRead>(planes, y);
                c++;
                planes += planeStride;
                y += stride;
            }
            else
            {
                Any<T, TRead>(planes, y);
            }

            SamplePartial<T, TRead>(planes, y);
        }
    }

    private readonly void SamplePartial<T, TRead>(T* plane, W* y)
        where T : unmanaged
        where TRead : struct, IReadAs<T, W>
    {
        for (int p = 0; p < PartialCount; p++)
        {
            int i = Partial[p];
            W sum = W.Zero;
            for (int t = 0; t < PartialTaps[p]; t++)
            {
                sum += Weights[(t * Pitch) + i] * TRead.Read(plane[Offsets[(t * Pitch) + i]]);
            }

            y[i] = sum;
        }
    }

    // Two planes share what is read of a point.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Four<T, TRead>(T* first, T* second, W* y, W* z)
        where T : unmanaged
        where TRead : struct, IReadAs<T, W>
    {
        nint* offsets = Offsets;
        W* weights = Weights;
        nint pitch = Pitch;
        nint count = Count;
        for (nint i = 0; i < count; i++)
        {
            nint* o = offsets + i;
            W* w = weights + i;
            (nint a, W share) = (*o, *w);
            W sum = share * TRead.Read(first[a]);
            W other = share * TRead.Read(second[a]);
            (a, share) = (o[pitch], w[pitch]);
            sum += share * TRead.Read(first[a]);
            other += share * TRead.Read(second[a]);
            (a, share) = (o[2 * pitch], w[2 * pitch]);
            sum += share * TRead.Read(first[a]);
            other += share * TRead.Read(second[a]);
            (a, share) = (o[3 * pitch], w[3 * pitch]);
            y[i] = sum + (share * TRead.Read(first[a]));
            z[i] = other + (share * TRead.Read(second[a]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Any<T, TRead>(T* plane, W* y)
        where T : unmanaged
        where TRead : struct, IReadAs<T, W>
    {
        for (int i = 0; i < Count; i++)
        {
            W sum = W.Zero;
            for (int t = 0; t < Taps; t++)
            {
                sum += Weights[(t * Pitch) + i] * TRead.Read(plane[Offsets[(t * Pitch) + i]]);
            }

            y[i] = sum;
        }
    }
}
