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
        nint c = 0;
        for (; Taps == 4 && c + 4 <= count; c += 4, planes += 4 * planeStride, y += 4 * stride)
        {
            Four<T, TRead>(planes, planeStride, y, stride);
            for (int k = 0; PartialCount > 0 && k < 4; k++)
            {
                SamplePartial<T, TRead>(planes + (k * planeStride), y + (k * stride));
            }
        }

        for (; c < count; c++, planes += planeStride, y += stride)
        {
            Any<T, TRead>(planes, y);
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

    // Four planes share what is read of a point of four taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Four<T, TRead>(T* first, nint planeStride, W* y, nint stride)
        where T : unmanaged
        where TRead : struct, IReadAs<T, W>
    {
        T* second = first + planeStride;
        T* third = second + planeStride;
        T* fourth = third + planeStride;
        nint pitch = Pitch;
        nint count = Count;
        nint* o = Offsets;
        W* w = Weights;
        for (nint i = 0; i < count; i++, o++, w++, y++)
        {
            (nint at, W share) = (*o, *w);
            W a = share * TRead.Read(first[at]);
            W b = share * TRead.Read(second[at]);
            W c = share * TRead.Read(third[at]);
            W d = share * TRead.Read(fourth[at]);
            for (nint t = pitch; t < 4 * pitch; t += pitch)
            {
                (at, share) = (o[t], w[t]);
                a += share * TRead.Read(first[at]);
                b += share * TRead.Read(second[at]);
                c += share * TRead.Read(third[at]);
                d += share * TRead.Read(fourth[at]);
            }

            *y = a;
            y[stride] = b;
            y[2 * stride] = c;
            y[3 * stride] = d;
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
