using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Depthwise;

/// <summary>Depthwise convolution of [N,H,W,C] images, by rows of output pixels; see <see cref="ChannelWindow"/>.</summary>
internal static unsafe class NhwcDepthwiseF32
{
    internal static readonly RowKernel Kernel = RowKernel.Of<ChannelFold<WindowFolds.Weighted>>("depthwise_f32_nhwc");

    // Pixels that share the load of a weight.
    private const int Pixels = 8;

    // 256 KB of input of a second-level cache of 1 MB.
    private const int BandValues = 64 << 10;

    public static void Run(ref ConvolutionJob job, int maxThreads)
    {
        nint pixels = (nint)job.Batch * job.OutPixels;
        bool parallel = job.IsParallelByChannel(maxThreads);
        nint size = parallel ? nint.Max(Pixels, pixels / (WorkerPool.BlocksPerThread * maxThreads) / Pixels * Pixels) : pixels;
        job.BlockSize = checked((int)size);
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run((int)((pixels + size - 1) / size), &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        nint first = (nint)block * job.BlockSize;
        RunPixels(in job, first, nint.Min((nint)job.Batch * job.OutPixels, first + job.BlockSize), IsaTier.Avx512);
    }

    internal static void RunPixels(in ConvolutionJob job, nint first, nint end, IsaTier limit)
    {
        nint channels = job.Geometry.InChannels;
        nint imageSize = (nint)job.Height * job.Width * channels;
        Activation activation = job.Epilogue.Activation;
        var window = new ChannelWindow(in job.Geometry, job.Height, job.Width, job.OutWidth)
        {
            Weights = job.Weights,
            Bias = job.Epilogue.Bias,
        };
        bool clip = activation.IsClip(out window.Low, out window.High);
        // Rows in bands that stay in the second-level cache; within a band a few channels go through all rows.
        nint rowValues = nint.Max(1, job.Width * channels * job.Geometry.StrideHeight);
        nint band = nint.Max(1, BandValues / rowValues) * job.OutWidth;
        nint atOnce = window.ChannelsAtOnce;
        delegate*<void*, nint, nint, void> body = Kernel.Within(limit);
        for (nint m = first; m < end;)
        {
            nint stop = nint.Min(end, ((m / job.OutWidth) * job.OutWidth) + band);
            for (nint c = 0; c < channels; c += atOnce)
            {
                nint endChannel = nint.Min(channels, c + atOnce);
                nint count;
                for (nint at = m; at < stop; at += count)
                {
                    int ox = (int)(at % job.OutWidth);
                    count = nint.Min(job.OutWidth - ox, stop - at);
                    nint row = (at - ox) / job.OutWidth;
                    nint offset = (at - ox) * channels;
                    float* residual = job.Epilogue.Residual == null ? null : job.Epilogue.Residual + offset;
                    window.Run(
                        body, job.X + (row / job.OutHeight * imageSize), (int)(row % job.OutHeight), ox, ox + (int)count, c, endChannel, job.Y + offset,
                        residual, 1);
                }
            }

            if (!clip)
            {
                float* y = job.Y + (m * channels);
                Activations.Apply(in activation, y, y, (stop - m) * channels);
            }

            m = stop;
        }
    }
}
