using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Simd;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Images;

/// <summary>
/// Packs the windows of up to 64 output pixels of one [C,H,W] image into B[k, pixel], k = (c·KH + i)·KW + j. The pixels are cut
/// into runs within a row, so that a kernel position is a copy of neighbours for each run.
/// </summary>
internal unsafe struct WindowPacking
{
    internal static readonly RowKernel Kernel = RowKernel.Of<Body>("pack_windows_f32");

    // Of a panel.
    private const int MaxPixels = TileLimits.PanelColumns;

    private readonly ConvolutionGeometry _g;
    private readonly int _height;
    private readonly int _width;
    private readonly int _outWidth;
    private readonly float* _image;
    private readonly float* _end;
    private int _pixels;
    private int _runs;
    private Runs _rows;
    private Runs _columns;
    private Runs _starts;

    public WindowPacking(in ConvolutionJob job, float* image, float* end)
    {
        _g = job.Geometry;
        _height = job.Height;
        _width = job.Width;
        _outWidth = job.OutWidth;
        _image = image;
        _end = end;
    }

    /// <summary>Selects <paramref name="count"/> output pixels from number <paramref name="first"/> on.</summary>
    public void Start(int first, int count)
    {
        _pixels = count;
        _runs = 0;
        int at = 0;
        while (at < count)
        {
            int oy = (first + at) / _outWidth;
            int ox = (first + at) % _outWidth;
            _rows[_runs] = (oy * _g.StrideHeight) - _g.PadTop;
            _columns[_runs] = (ox * _g.StrideWidth) - _g.PadLeft;
            _starts[_runs] = at;
            _runs++;
            at += Math.Min(count - at, _outWidth - ox);
        }

        _starts[_runs] = count;
    }

    /// <summary>Writes rows k0 … k0 + length − 1 of B, <paramref name="stride"/> elements each; up to 15 elements beyond them are touched.</summary>
    public void Pack(int k0, int length, int stride, float* to)
    {
        fixed (WindowPacking* self = &this)
        {
            var job = new Job { Packing = self, Stride = stride, To = to };
            Kernel.Best(&job, k0, k0 + length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Pack<S, V>(int k0, int length, int stride, float* to)
        where S : struct, ISimd<V>
        where V : struct
    {
        int taps = _g.KernelHeight * _g.KernelWidth;
        int c = k0 / taps;
        int ky = k0 % taps / _g.KernelWidth;
        int kx = k0 % _g.KernelWidth;
        float* plane = _image + ((nint)c * _height * _width);
        for (int k = 0; k < length; k++, to += stride)
        {
            for (int r = 0; r < _runs; r++)
            {
                int start = _starts[r];
                int count = _starts[r + 1] - start;
                int iy = _rows[r] + (ky * _g.DilationHeight);
                int ix = _columns[r] + (kx * _g.DilationWidth);
                if ((uint)iy >= (uint)_height)
                {
                    Clear(to + start, count);
                }
                else if (_g.StrideWidth == 1)
                {
                    CopyRun<S, V>(plane + ((nint)iy * _width), ix, to + start, count);
                }
                else
                {
                    CopyStrided(plane + ((nint)iy * _width), ix, to + start, count);
                }
            }

            for (int i = _pixels; i < stride; i++)
            {
                to[i] = 0f;
            }

            if (++kx == _g.KernelWidth)
            {
                kx = 0;
                if (++ky == _g.KernelHeight)
                {
                    ky = 0;
                    plane += (nint)_height * _width;
                }
            }
        }
    }

    private static void Clear(float* to, int count)
    {
        for (int i = 0; i < count; i++)
        {
            to[i] = 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void CopyRun<S, V>(float* row, int ix, float* to, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        int low = Math.Min(count, Math.Max(0, -ix));
        int high = Math.Min(count, Math.Max(low, _width - ix));
        for (int i = 0; i < low; i++)
        {
            to[i] = 0f;
        }

        float* from = row + ix;
        int at = low;
        // Whole vectors may run over the end of the run: what they touch is written again later. Not over the end of x.
        if (from + high + S.Lanes <= _end)
        {
            for (; at < high; at += S.Lanes)
            {
                S.Store(to + at, S.Load(from + at));
            }
        }
        else
        {
            for (; at < high; at++)
            {
                to[at] = from[at];
            }
        }

        for (int i = high; i < count; i++)
        {
            to[i] = 0f;
        }
    }

    private readonly void CopyStrided(float* row, int ix, float* to, int count)
    {
        int stride = _g.StrideWidth;
        int i = 0;
        for (; i < count && ix + (i * stride) < 0; i++)
        {
            to[i] = 0f;
        }

        int end = Math.Min(count, (_width - ix + 1) / 2);
        if (stride == 2 && i < end)
        {
            EverySecond.Run(row + ix + (i * 2), to + i, end - i);
            i = end;
        }

        for (; i < count && ix + (i * stride) < _width; i++)
        {
            to[i] = row[ix + (i * stride)];
        }

        for (; i < count; i++)
        {
            to[i] = 0f;
        }
    }

    private struct Job
    {
        public WindowPacking* Packing;
        public int Stride;
        public float* To;
    }

    private readonly struct Body : IRowBody
    {
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly Job job = ref *(Job*)state;
            job.Packing->Pack<S, V>((int)first, (int)(end - first), job.Stride, job.To);
        }
    }

    [InlineArray(MaxPixels + 1)]
    private struct Runs
    {
        private int _element;
    }
}
