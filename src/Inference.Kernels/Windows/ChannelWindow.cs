using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Windows;

/// <summary>
/// Windows that keep channels apart, over one row of output pixels of an [N,H,W,C] image:
/// <c>y[ox,c] = clamp(fold over (ky,kx) inside the image of (x[iy,ix,c], w[ky,kx,c]) ÷ count + residual[ox,c], Low, High)</c>. Vectors run over
/// channels; eight neighbouring pixels share each load of a weight, and only windows that exceed the image are handled one by one.
/// </summary>
internal unsafe struct ChannelWindow
{
    // Half of a first-level cache of 32 KB.
    private const int CacheValues = (32 << 10) / 2 / sizeof(float);

    private readonly nint _channels;
    private readonly int _width;
    private readonly int _height;
    private readonly int _kernelHeight;
    private readonly int _kernelWidth;
    private readonly int _strideHeight;
    private readonly int _strideWidth;
    private readonly int _dilationHeight;
    private readonly int _dilationWidth;
    private readonly int _padTop;
    private readonly int _padLeft;

    // Output columns whose windows lie between the image's left and right edges.
    private readonly int _innerFirst;
    private readonly int _innerEnd;

    // The row at hand: its first output pixel, the image's first row and the kernel rows that read the image.
    private float* _y;
    private float* _residual;
    private float* _line;
    private int _firstTap;
    private int _endTap;
    private int _countRows;
    private int _first;
    private int _end;

    public ChannelWindow(in ConvolutionGeometry g, int height, int width, int outWidth)
    {
        _channels = g.InChannels;
        _height = height;
        _width = width;
        _kernelHeight = g.KernelHeight;
        _kernelWidth = g.KernelWidth;
        _strideHeight = g.StrideHeight;
        _strideWidth = g.StrideWidth;
        _dilationHeight = g.DilationHeight;
        _dilationWidth = g.DilationWidth;
        _padTop = g.PadTop;
        _padLeft = g.PadLeft;
        int extent = (g.KernelWidth - 1) * g.DilationWidth;
        _innerFirst = Math.Clamp((g.PadLeft + g.StrideWidth - 1) / g.StrideWidth, 0, outWidth);
        int last = width - 1 - extent + g.PadLeft;
        _innerEnd = Math.Clamp(last < 0 ? 0 : (last / g.StrideWidth) + 1, _innerFirst, outWidth);
    }

    /// <summary>Channels to take through many rows together, so that the rows of a window stay in the first-level cache.</summary>
    public readonly nint ChannelsAtOnce
    {
        get
        {
            nint fit = CacheValues / ((nint)_kernelHeight * _width) & ~15;
            return nint.Clamp(fit, 16, nint.Max(16, _channels));
        }
    }

    /// <summary>[KH·KW][C], or null where the fold reads none.</summary>
    public float* Weights;

    /// <summary>[C]: what the fold starts from, or null for <see cref="Start"/>.</summary>
    public float* Bias;

    /// <summary>What the fold starts from without a bias.</summary>
    public float Start;

    public float Low = float.NegativeInfinity;
    public float High = float.PositiveInfinity;

    /// <summary>Values of each output column's window that count in a mean, in columns; null: no mean.</summary>
    public int* CountColumns;

    /// <summary>
    /// Output pixels <paramref name="ox"/> to <paramref name="end"/> − 1 of row <paramref name="oy"/>, channels <paramref name="channel"/> to
    /// <paramref name="endChannel"/> − 1. <paramref name="y"/> and
    /// <paramref name="residual"/> (or null) point at the row's first pixel; the residual may be y. The body is one of <see cref="ChannelFold{TFold}"/>.
    /// </summary>
    public void Run(
        delegate*<void*, nint, nint, void> body, float* image, int oy, int ox, int end, nint channel, nint endChannel, float* y, float* residual, int countRows)
    {
        int iy = (oy * _strideHeight) - _padTop;
        int first = iy >= 0 ? 0 : (_dilationHeight - 1 - iy) / _dilationHeight;
        _firstTap = Math.Min(first, _kernelHeight);
        _endTap = Math.Clamp((_height - iy + _dilationHeight - 1) / _dilationHeight, _firstTap, _kernelHeight);
        _line = image + ((nint)iy * _width * _channels);
        _y = y;
        _residual = residual;
        _countRows = countRows;
        _first = ox;
        _end = end;
        fixed (ChannelWindow* self = &this)
        {
            body(self, channel, endChannel);
        }
    }

    /// <summary>Vectors of channels from <paramref name="c"/> on, and where they end. Less than a vector is left to narrower ones.</summary>
    public readonly nint Whole<TFold, S, V>(nint c, nint endChannel)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        nint last = c + ((endChannel - c) / S.Lanes * S.Lanes);
        if (last == c)
        {
            return c;
        }

        int ox = _first;
        int end = _end;
        int inner = Math.Clamp(_innerFirst, ox, end);
        int rest = inner + (Math.Max(0, Math.Min(end, _innerEnd) - inner) & ~3);
        Singles<TFold, S, V>(ox, inner, c, last);
        if (rest > inner)
        {
            for (nint at = c; at < last; at += S.Lanes)
            {
                Columns<TFold, S, V>(in this, at, inner, rest);
            }
        }

        Singles<TFold, S, V>(rest, end, c, last);
        return last;
    }

    // Pixels one by one, several vectors at a time.
    private readonly void Singles<TFold, S, V>(int ox, int end, nint c, nint last)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        for (; ox < end; ox++)
        {
            nint at = c;
            for (; at + (2 * S.Lanes) <= last; at += 2 * S.Lanes)
            {
                Two<TFold, S, V>(in this, at, ox);
            }

            for (; at < last; at += S.Lanes)
            {
                One<TFold, S, V>(in this, at, ox);
            }
        }
    }

    // Pixels ox to end − 1, a multiple of four, whose windows lie between the left and right edges.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<TFold, S, V>(in ChannelWindow w, nint c, int ox, int end)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        nint channels = w._channels;
        nint s1 = w._strideWidth * channels;
        nint s2 = 2 * s1;
        nint s3 = 3 * s1;
        nint step = w._dilationWidth * channels;
        nint row = (nint)w._dilationHeight * w._width * channels;
        nint taps = w._kernelWidth;
        V start = w.Bias == null ? S.Splat(w.Start) : S.Load(w.Bias + c);
        float* weights = w.Weights + (w._firstTap * taps * channels) + c;
        float* line = w._line + (w._firstTap * row) + (((nint)ox * w._strideWidth) - w._padLeft) * channels + c;
        for (; ox + 8 <= end; ox += 8, line += 8 * s1)
        {
            V a0 = start;
            V a1 = start;
            V a2 = start;
            V a3 = start;
            V a4 = start;
            V a5 = start;
            V a6 = start;
            V a7 = start;
            float* wt = weights;
            float* from = line;
            for (int ky = w._endTap - w._firstTap; ky > 0; ky--, from += row)
            {
                float* b0 = from;
                float* b4 = from + (4 * s1);
                for (nint kx = taps; kx > 0; kx--, b0 += step, b4 += step, wt += channels)
                {
                    V weight = TFold.Weighs ? S.Load(wt) : default;
                    a0 = TFold.Fold<S, V>(a0, S.Load(b0), weight);
                    a1 = TFold.Fold<S, V>(a1, S.Load(b0 + s1), weight);
                    a2 = TFold.Fold<S, V>(a2, S.Load(b0 + s2), weight);
                    a3 = TFold.Fold<S, V>(a3, S.Load(b0 + s3), weight);
                    a4 = TFold.Fold<S, V>(a4, S.Load(b4), weight);
                    a5 = TFold.Fold<S, V>(a5, S.Load(b4 + s1), weight);
                    a6 = TFold.Fold<S, V>(a6, S.Load(b4 + s2), weight);
                    a7 = TFold.Fold<S, V>(a7, S.Load(b4 + s3), weight);
                }
            }

            Finish<S, V>(in w, a0, c, ox);
            Finish<S, V>(in w, a1, c, ox + 1);
            Finish<S, V>(in w, a2, c, ox + 2);
            Finish<S, V>(in w, a3, c, ox + 3);
            Finish<S, V>(in w, a4, c, ox + 4);
            Finish<S, V>(in w, a5, c, ox + 5);
            Finish<S, V>(in w, a6, c, ox + 6);
            Finish<S, V>(in w, a7, c, ox + 7);
        }

        if (ox < end)
        {
            V a0 = start;
            V a1 = start;
            V a2 = start;
            V a3 = start;
            float* wt = weights;
            float* from = line;
            for (int ky = w._endTap - w._firstTap; ky > 0; ky--, from += row)
            {
                float* b0 = from;
                for (nint kx = taps; kx > 0; kx--, b0 += step, wt += channels)
                {
                    V weight = TFold.Weighs ? S.Load(wt) : default;
                    a0 = TFold.Fold<S, V>(a0, S.Load(b0), weight);
                    a1 = TFold.Fold<S, V>(a1, S.Load(b0 + s1), weight);
                    a2 = TFold.Fold<S, V>(a2, S.Load(b0 + s2), weight);
                    a3 = TFold.Fold<S, V>(a3, S.Load(b0 + s3), weight);
                }
            }

            Finish<S, V>(in w, a0, c, ox);
            Finish<S, V>(in w, a1, c, ox + 1);
            Finish<S, V>(in w, a2, c, ox + 2);
            Finish<S, V>(in w, a3, c, ox + 3);
        }
    }

    // The kernel columns of output column ox that read the image.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Inside(in ChannelWindow w, int ox, out int first)
    {
        int ix = (ox * w._strideWidth) - w._padLeft;
        first = 0;
        int end = w._kernelWidth;
        for (int at = ix; first < end && at < 0; at += w._dilationWidth)
        {
            first++;
        }

        for (int at = ix + ((end - 1) * w._dilationWidth); end > first && at >= w._width; at -= w._dilationWidth)
        {
            end--;
        }

        return end;
    }

    // As One for two vectors, which hide each other's latency.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two<TFold, S, V>(in ChannelWindow w, nint c, int ox)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        nint channels = w._channels;
        int end = Inside(in w, ox, out int first);
        nint step = w._dilationWidth * channels;
        nint row = (nint)w._dilationHeight * w._width * channels;
        V a0 = w.Bias == null ? S.Splat(w.Start) : S.Load(w.Bias + c);
        V a1 = w.Bias == null ? a0 : S.Load(w.Bias + c + S.Lanes);
        nint ix = ((nint)ox * w._strideWidth) - w._padLeft + ((nint)first * w._dilationWidth);
        float* line = w._line + (w._firstTap * row) + (ix * channels) + c;
        float* weights = w.Weights + ((((nint)w._firstTap * w._kernelWidth) + first) * channels) + c;
        for (int ky = w._endTap - w._firstTap; ky > 0; ky--, line += row, weights += w._kernelWidth * channels)
        {
            float* b = line;
            float* wt = weights;
            for (int kx = end - first; kx > 0; kx--, b += step, wt += channels)
            {
                a0 = TFold.Fold<S, V>(a0, S.Load(b), TFold.Weighs ? S.Load(wt) : default);
                a1 = TFold.Fold<S, V>(a1, S.Load(b + S.Lanes), TFold.Weighs ? S.Load(wt + S.Lanes) : default);
            }
        }

        Finish<S, V>(in w, a0, c, ox);
        Finish<S, V>(in w, a1, c + S.Lanes, ox);
    }

    // A window of which some columns may lie outside the image.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TFold, S, V>(in ChannelWindow w, nint c, int ox)
        where TFold : struct, IWindowFold
        where S : struct, ISimd<V>
        where V : struct
    {
        nint channels = w._channels;
        int end = Inside(in w, ox, out int first);
        nint ix = ((nint)ox * w._strideWidth) - w._padLeft + ((nint)first * w._dilationWidth);
        nint step = w._dilationWidth * channels;
        nint row = (nint)w._dilationHeight * w._width * channels;
        V sum = w.Bias == null ? S.Splat(w.Start) : S.Load(w.Bias + c);
        float* line = w._line + (w._firstTap * row) + (ix * channels) + c;
        float* weights = w.Weights + ((((nint)w._firstTap * w._kernelWidth) + first) * channels) + c;
        for (int ky = w._endTap - w._firstTap; ky > 0; ky--, line += row, weights += w._kernelWidth * channels)
        {
            float* b = line;
            float* wt = weights;
            for (int kx = end - first; kx > 0; kx--, b += step, wt += channels)
            {
                sum = TFold.Fold<S, V>(sum, S.Load(b), TFold.Weighs ? S.Load(wt) : default);
            }
        }

        Finish<S, V>(in w, sum, c, ox);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<S, V>(in ChannelWindow w, V sum, nint c, int ox)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint at = (ox * w._channels) + c;
        if (w.CountColumns != null)
        {
            sum = S.Div(sum, S.Splat(w._countRows * w.CountColumns[ox]));
        }

        if (w._residual != null)
        {
            sum = S.Add(sum, S.Load(w._residual + at));
        }

        S.Store(w._y + at, S.Min(S.Splat(w.High), S.Max(S.Splat(w.Low), sum)));
    }
}
