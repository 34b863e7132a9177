using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// A 2-D transposed f32 convolution of [N,C,H,W] images with constant weights [C, O/groups, KH, KW]:
/// y[n,o, h·SH − PadTop + i·DH, w·SW − PadLeft + j·DW] += x[n,c,h,w] · W[c,o,i,j]. Immutable; any number of threads may run it.
/// Source: ONNX ConvTranspose, opset 11.
/// </summary>
internal sealed unsafe class TransposedConvolutionF32 : IDisposable
{
    private readonly NativeBuffer _weights;

    private TransposedConvolutionF32(in ConvolutionGeometry geometry, ReadOnlySpan<float> weights)
    {
        Geometry = geometry;
        int c = geometry.GroupInChannels;
        int ok = geometry.GroupOutChannels * geometry.Taps;
        _weights = new NativeBuffer((nint)geometry.Groups * c * ok * sizeof(float));
        // Stored as rows of C/groups for each (o, i, j), so that the product needs no transpose.
        float* to = (float*)_weights.Pointer;
        for (int group = 0; group < geometry.Groups; group++)
        {
            for (int row = 0; row < ok; row++)
            {
                for (int i = 0; i < c; i++)
                {
                    *to++ = weights[(((group * c) + i) * ok) + row];
                }
            }
        }
    }

    /// <summary>The sizes; InChannels is C of x, OutChannels is O of y.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>Copies the weights.</summary>
    /// <param name="geometry">Sizes; pads are those of the ONNX operator (begin pads cut from the output).</param>
    /// <param name="weights">[C, O/groups, KH, KW].</param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent or the weights too few.</exception>
    public static TransposedConvolutionF32 Create(in ConvolutionGeometry geometry, ReadOnlySpan<float> weights)
    {
        geometry.Validate();
        long needed = (long)geometry.InChannels * geometry.GroupOutChannels * geometry.Taps;
        if (weights.Length < needed)
        {
            throw new ArgumentException($"Weights: expected {needed} elements, got {weights.Length}. Pass all of [C,O/groups,KH,KW].", nameof(weights));
        }

        return new TransposedConvolutionF32(in geometry, weights);
    }

    /// <summary>Runs it.</summary>
    /// <param name="x">[batch, C, height, width].</param>
    /// <param name="y">[batch, O, outHeight, outWidth]; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="outHeight">Output height, pixels, output padding included.</param>
    /// <param name="outWidth">Output width, pixels, output padding included.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(
        float* x, float* y, int batch, int height, int width, int outHeight, int outWidth, float* bias, Activation activation,
        int maxThreads = 1)
    {
        ConvolutionGeometry g = Geometry;
        KernelAssert.Run(x, (nint)batch * g.InChannels * height * width);
        KernelAssert.Run(y, (nint)batch * g.OutChannels * outHeight * outWidth);
        int pixels = height * width;
        int rows = g.GroupOutChannels * g.Taps;
        nint outPixels = (nint)outHeight * outWidth;
        using var columns = new AlignedScratch<float>((nint)rows * pixels);
        for (int plane = 0; plane < batch * g.Groups; plane++)
        {
            int group = plane % g.Groups;
            float* w = (float*)_weights.Pointer + ((nint)group * rows * g.GroupInChannels);
            GemmF32.Run(
                w, g.GroupInChannels, false, x + ((nint)plane * g.GroupInChannels * pixels), pixels, false, columns.Pointer, pixels, rows,
                pixels, g.GroupInChannels, 1f, default, maxThreads);
            float* to = y + (plane * g.GroupOutChannels * outPixels);
            for (int o = 0; o < g.GroupOutChannels; o++, to += outPixels)
            {
                new Span<float>(to, checked((int)outPixels)).Fill(bias == null ? 0f : bias[(group * g.GroupOutChannels) + o]);
                Scatter(in g, columns.Pointer + ((nint)o * g.Taps * pixels), to, height, width, outHeight, outWidth);
                Activations.Apply(in activation, to, to, outPixels);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the weights. No call may use it any more.</summary>
    public void Dispose() => _weights.Dispose();

    private static void Scatter(in ConvolutionGeometry g, float* columns, float* y, int height, int width, int outHeight, int outWidth)
    {
        var work = default(WorkCounter);
        for (int ky = 0; ky < g.KernelHeight; ky++)
        {
            for (int kx = 0; kx < g.KernelWidth; kx++)
            {
                int shift = (kx * g.DilationWidth) - g.PadLeft;
                // Columns whose target lies inside the output.
                int first = shift >= 0 ? 0 : (-shift + g.StrideWidth - 1) / g.StrideWidth;
                int end = Math.Min(width, outWidth - shift <= 0 ? 0 : ((outWidth - shift - 1) / g.StrideWidth) + 1);
                for (int h = 0; h < height; h++, columns += width)
                {
                    work.Add(width);
                    int oy = (h * g.StrideHeight) + (ky * g.DilationHeight) - g.PadTop;
                    if ((uint)oy >= (uint)outHeight)
                    {
                        continue;
                    }

                    float* row = y + ((nint)oy * outWidth) + shift;
                    if (g.StrideWidth == 1 && end > first)
                    {
                        Binary.Run(BinaryKind.Add, row + first, columns + first, row + first, end - first);
                        continue;
                    }

                    for (int i = first; i < end; i++)
                    {
                        row[i * g.StrideWidth] += columns[i];
                    }
                }
            }
        }
    }
}
