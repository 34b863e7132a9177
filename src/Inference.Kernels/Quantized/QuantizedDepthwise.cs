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
        // An odd number of positions gets a last one of weight 0, which reads the padding.
        int taps = (_g.Taps + 1) & ~1;
        using var table = new AlignedScratch<nint>(DepthwisePixels.Block * taps);
        int pitch = (channels + 15) & ~15;
        using var init = new AlignedScratch<int>(channels);
        using var sums = new AlignedScratch<int>(DepthwisePixels.Block * pitch);
        byte** rows = (byte**)table.Pointer;
        for (int c = 0; c < channels; c++)
        {
            init.Pointer[c] = (job.Epilogue.Bias == null ? 0 : job.Epilogue.Bias[c]) - (job.ZeroPoint * ((int*)_sums.Pointer)[c]);
        }

        for (int i = 0; i < DepthwisePixels.Block; i++)
        {
            rows[((taps - 1) * DepthwisePixels.Block) + i] = job.Padding;
        }

        QuantizedEpilogue epilogue = job.Epilogue;
        epilogue.Bias = null;
        int outHeight = _g.OutputHeight(job.Height);
        int outWidth = _g.OutputWidth(job.Width);
        for (nint m = first; m < end; m += DepthwisePixels.Block)
        {
            int count = (int)nint.Min(DepthwisePixels.Block, end - m);
            PixelTable.Fill(
                in _g, job.X, 1, job.Height, job.Width, outHeight, outWidth, m, count, DepthwisePixels.Block, job.Padding, rows);
            DepthwisePixels.Run(rows, count, taps, (short*)_weights.Pointer, init.Pointer, sums.Pointer, pitch, channels, job.SignedX);
            QuantizedStore.Run(in epilogue, sums.Pointer, pitch, job.Y, channels, m, count, 0, channels);
            if (epilogue.Table != null)
            {
                ByteTable.Run(job.Y + (m * channels), job.Y + (m * channels), (nint)count * channels, epilogue.Table);
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
