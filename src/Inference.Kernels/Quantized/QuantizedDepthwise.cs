using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution;
using Inference.Kernels.Emit;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Depthwise;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Depthwise convolution of [N,H,W,C] u8 or s8 images. Weights are kept as s16 less their zero points, in pairs of kernel
/// positions, so that one vpmaddwd does two positions exactly; the input's zero point goes into the start of each sum.
/// </summary>
internal sealed unsafe class QuantizedDepthwise : IDisposable
{
    // Pixels at a time: their sums stay in the first-level cache.
    private const int Block = 16;

    // 32 multiply-adds a nanosecond.
    internal const long ParallelWork = 32 * WorkerPool.SharedNanoseconds;

    private readonly ConvolutionGeometry _g;
    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _sums;
    private readonly VnniDepthwiseWeights? _vnni;

    public QuantizedDepthwise(in ConvolutionGeometry g, byte* weights, bool signed, ReadOnlySpan<int> zeroPoints)
    {
        _g = g;
        int pairs = (g.Taps + 1) / 2;
        _weights = new NativeBuffer((nint)pairs * g.InChannels * 4);
        _sums = new NativeBuffer((nint)g.InChannels * sizeof(int));
        using var plain = new AlignedScratch<short>((nint)g.InChannels * g.Taps);
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
                plain.Pointer[(c * g.Taps) + tap] = (short)w;
            }
        }

        _vnni = VnniDepthwiseWeights.TryCreate(plain.Pointer, g.InChannels, g.Taps);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _sums.Dispose();
        _vnni?.Dispose();
    }

    public void Run(byte* x, bool signedX, int zeroPoint, byte* y, int batch, int height, int width, in QuantizedEpilogue epilogue, int maxThreads)
    {
        // As long as what a whole run of pixels reads, so that padding has the pixels' step.
        using var padding = new AlignedScratch<byte>((((nint)Block - 1) * _g.StrideWidth * _g.InChannels) + _g.InChannels);
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
        action.Count = maxThreads > 1 && work >= ParallelWork ? (int)nint.Min(WorkerPool.BlocksPerThread * maxThreads, action.Pixels) : 1;
        WorkerPool.Run(action.Count, ref action, maxThreads);
        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunPixels(in Blocks job, nint first, nint end)
    {
        int channels = _g.InChannels;
        // Taps are done two or four at a time: those that are missing have a weight of 0 and read the padding.
        int taps = (_g.Taps + 3) & ~3;
        int pitch = (channels + 15) & ~15;
        int places = _vnni?.Places ?? 0;
        using var table = new AlignedScratch<nint>(taps);
        using var init = new AlignedScratch<int>(channels + places);
        using var scale = new AlignedScratch<float>(channels + places);
        using var sums = new AlignedScratch<int>(Block * pitch);
        byte** rows = (byte**)table.Pointer;
        QuantizedEpilogue epilogue = job.Epilogue;
        bool packed = epilogue.Output is QuantizedOutput.UInt8 or QuantizedOutput.Int8 && _vnni is not null;
        for (int c = 0; c < channels && packed; c++)
        {
            scale.Pointer[c] = epilogue.Scale[epilogue.ScalePerColumn ? c : 0];
        }

        packed = packed && PackedRequantization.Allows(scale.Pointer, channels);
        // Emitted tiles see signed pixels plus 128.
        int zero = job.ZeroPoint + (packed && job.SignedX ? 128 : 0);
        for (int c = 0; c < channels; c++)
        {
            init.Pointer[c] = (epilogue.Bias == null ? 0 : epilogue.Bias[c]) - (zero * ((int*)_sums.Pointer)[c]);
        }

        if (packed)
        {
            _vnni!.Order<int>(init.Span[..channels], init.Span[channels..]);
            _vnni.Order<float>(scale.Span[..channels], scale.Span[channels..]);
        }

        for (int tap = _g.Taps; tap < taps; tap++)
        {
            rows[tap] = job.Padding;
        }

        epilogue.Bias = null;
        var requantization = packed ? new PackedRequantization(in epilogue) : default;
        DepthwiseTile tile = default;
        tile.Flips = unchecked((int)0x80808080);
        tile.Rows = rows;
        tile.Step = (nint)_g.StrideWidth * channels;
        int outHeight = _g.OutputHeight(job.Height);
        int outWidth = _g.OutputWidth(job.Width);
        // Pixels from `inner` to `outer` − 1 of a row read no padding at their sides.
        int inner = Math.Clamp((_g.PadLeft + _g.StrideWidth - 1) / _g.StrideWidth, 0, outWidth);
        int reach = job.Width + _g.PadLeft - ((_g.KernelWidth - 1) * _g.DilationWidth) - 1;
        int outer = reach < 0 ? inner : Math.Clamp((reach / _g.StrideWidth) + 1, inner, outWidth);
        for (nint m = first; m < end;)
        {
            int ox = (int)(m % outWidth);
            int oy = (int)(m / outWidth % outHeight);
            int run = ox < inner || ox >= outer ? 1 : Math.Min(Block, outer - ox);
            int count = (int)nint.Min(run, end - m);
            byte* image = job.X + (m / outWidth / outHeight * job.Height * job.Width * channels);
            Point(image, job.Height, job.Width, job.Padding, oy, ox, rows);
            byte* y = job.Y + (m * channels);
            if (packed)
            {
                tile.Count = count;
                tile.Sums = sums.Pointer;
                _vnni!.Run(ref tile, job.SignedX, init.Pointer + channels, scale.Pointer + channels, in requantization, y, channels);
            }
            else
            {
                DepthwisePixels.Run(rows, tile.Step, count, (_g.Taps + 1) & ~1, (short*)_weights.Pointer, init.Pointer, sums.Pointer, pitch, channels, job.SignedX);
                QuantizedStore.Run(in epilogue, sums.Pointer, pitch, job.Y, channels, m, count, 0, channels);
            }

            if (epilogue.Table != null)
            {
                ByteTable.Run(y, y, (nint)count * channels, epilogue.Table);
            }

            m += count;
        }
    }

    // rows[tap] = the pixel that output pixel (oy, ox) reads there, or padding.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Point(byte* image, int height, int width, byte* padding, int oy, int ox, byte** rows)
    {
        int y0 = (oy * _g.StrideHeight) - _g.PadTop;
        int x0 = (ox * _g.StrideWidth) - _g.PadLeft;
        for (int ky = 0; ky < _g.KernelHeight; ky++)
        {
            int iy = y0 + (ky * _g.DilationHeight);
            for (int kx = 0; kx < _g.KernelWidth; kx++)
            {
                int ix = x0 + (kx * _g.DilationWidth);
                bool inside = (uint)iy < (uint)height && (uint)ix < (uint)width;
                *rows++ = inside ? image + ((((nint)iy * width) + ix) * _g.InChannels) : padding;
            }
        }
    }

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
