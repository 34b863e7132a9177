using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Depthwise convolution of [N,H,W,C] u8 or s8 images. Weights are kept as s16 less their zero points, in pairs of kernel
/// positions, so that one vpmaddwd does two positions exactly; the input's zero point goes into the start of each sum.
/// </summary>
internal sealed unsafe class QuantizedDepthwise : IDisposable
{
    private readonly ConvolutionGeometry _g;
    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _sums;

    public QuantizedDepthwise(in ConvolutionGeometry g, byte* weights, bool signed, ReadOnlySpan<int> zeroPoints)
    {
        _g = g;
        int pairs = (g.Taps + 1) / 2;
        _weights = new NativeBuffer((nint)pairs * g.InChannels * 4);
        _sums = new NativeBuffer((nint)g.InChannels * sizeof(int));
        short* to = (short*)_weights.Pointer;
        for (int c = 0; c < g.InChannels; c++)
        {
            int zero = zeroPoints.Length == 0 ? 0 : zeroPoints[zeroPoints.Length == 1 ? 0 : c];
            for (int tap = 0; tap < g.Taps; tap++)
            {
                byte raw = weights[(c * g.Taps) + tap];
                int w = (signed ? (sbyte)raw : raw) - zero;
                to[(((tap / 2 * g.InChannels) + c) * 2) + (tap & 1)] = (short)w;
                ((int*)_sums.Pointer)[c] += w;
            }
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _sums.Dispose();
    }

    public void Run(byte* x, bool signedX, int zeroPoint, byte* y, int batch, int height, int width, in QuantizedEpilogue epilogue, int maxThreads)
    {
        using var padding = new AlignedScratch<byte>(_g.InChannels);
        padding.Span.Fill((byte)zeroPoint);
        var action = new Blocks
        {
            Owner = this,
            X = x,
            SignedX = signedX,
            ZeroPoint = zeroPoint,
            Y = y,
            Padding = padding.Pointer,
            Height = height,
            Width = width,
            Pixels = (nint)batch * _g.OutputHeight(height) * _g.OutputWidth(width),
            Epilogue = epilogue,
        };
        long work = action.Pixels * (long)_g.InChannels * _g.Taps;
        action.Count = maxThreads > 1 && work >= 128 << 10 ? (int)nint.Min(4 * maxThreads, action.Pixels) : 1;
        WorkerPool.Run(action.Count, ref action, maxThreads);
        GC.KeepAlive(this);
    }

    private void RunPixels(in Blocks job, nint first, nint end)
    {
        int channels = _g.InChannels;
        const int Block = 8;
        // An odd number of positions gets a last one of weight 0, which reads the padding.
        int taps = (_g.Taps + 1) & ~1;
        using var table = new AlignedScratch<nint>(Block * taps);
        using var init = new AlignedScratch<int>(channels);
        using var sums = new AlignedScratch<int>(channels);
        byte** rows = (byte**)table.Pointer;
        byte** row = stackalloc byte*[taps];
        for (int c = 0; c < channels; c++)
        {
            init.Pointer[c] = (job.Epilogue.Bias == null ? 0 : job.Epilogue.Bias[c]) - (job.ZeroPoint * ((int*)_sums.Pointer)[c]);
        }

        for (nint m = first; m < end; m += Block)
        {
            int count = (int)nint.Min(Block, end - m);
            PixelTable.Fill(
                in _g, job.X, 1, job.Height, job.Width, _g.OutputHeight(job.Height), _g.OutputWidth(job.Width), m, count, Block, job.Padding, rows);
            for (int i = 0; i < count; i++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    row[tap] = tap < _g.Taps ? rows[(tap * Block) + i] : job.Padding;
                }

                Pixel(row, taps, (short*)_weights.Pointer, init.Pointer, sums.Pointer, channels, job.SignedX);
                QuantizedStore.Run(in job.Epilogue, sums.Pointer, channels, job.Y, channels, m + i, 1, 0, channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pixel(byte** rows, int taps, short* weights, int* init, int* sums, int channels, bool signed)
    {
        int c = 0;
        if (Avx2.IsSupported)
        {
            for (; c + 16 <= channels; c += 16)
            {
                Vector256<int> low = Vector256<int>.Zero;
                Vector256<int> high = Vector256<int>.Zero;
                short* w = weights + (2 * c);
                for (int tap = 0; tap < taps; tap += 2, w += 2 * channels)
                {
                    Vector256<short> a = Widen(rows[tap] + c, signed);
                    Vector256<short> b = Widen(rows[tap + 1] + c, signed);
                    // Zips work in 128-bit halves: low has channels 0–3 and 8–11, high 4–7 and 12–15; so do the weights below.
                    Vector256<short> w0 = Vector256.Load(w);
                    Vector256<short> w1 = Vector256.Load(w + 16);
                    low += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), Avx2.Permute2x128(w0, w1, 0x20));
                    high += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), Avx2.Permute2x128(w0, w1, 0x31));
                }

                (Vector256.Load(init + c) + Avx2.Permute2x128(low, high, 0x20)).Store(sums + c);
                (Vector256.Load(init + c + 8) + Avx2.Permute2x128(low, high, 0x31)).Store(sums + c + 8);
            }
        }

        for (; c < channels; c++)
        {
            int sum = init[c];
            for (int tap = 0; tap < taps; tap++)
            {
                int x = signed ? (sbyte)rows[tap][c] : rows[tap][c];
                sum += x * weights[(((tap / 2 * channels) + c) * 2) + (tap & 1)];
            }

            sums[c] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(byte* from, bool signed) =>
        signed ? Avx2.ConvertToVector256Int16((sbyte*)from) : Avx2.ConvertToVector256Int16(from);

    private struct Blocks : IBlockAction
    {
        public QuantizedDepthwise Owner;
        public byte* X;
        public bool SignedX;
        public int ZeroPoint;
        public byte* Y;
        public byte* Padding;
        public int Height;
        public int Width;
        public nint Pixels;
        public int Count;
        public QuantizedEpilogue Epilogue;

        public readonly void Invoke(int block) => Owner.RunPixels(in this, Pixels * block / Count, Pixels * (block + 1) / Count);
    }
}
