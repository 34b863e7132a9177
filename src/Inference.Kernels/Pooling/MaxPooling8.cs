using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Pooling;

/// <summary>Maximum pooling of u8 and s8 images. Exact on every instruction set. Thread-safe.</summary>
internal static unsafe class MaxPooling8
{
    /// <summary>y[n,c,oy,ox] = largest element of a window of x[n,c]; padding does not take part. ONNX MaxPool, opset 12.</summary>
    /// <typeparam name="T"><see cref="byte"/> or <see cref="sbyte"/>.</typeparam>
    /// <param name="layout">Layout of x and y.</param>
    /// <param name="geometry">Window; input and output channels are both C, groups are ignored.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="outHeight">Output height, pixels.</param>
    /// <param name="outWidth">Output width, pixels.</param>
    public static void Run<T>(
        TensorLayout layout, in ConvolutionGeometry geometry, T* x, T* y, int batch, int height, int width, int outHeight, int outWidth)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        int channels = geometry.InChannels;
        KernelAssert.Run(x, (nint)batch * channels * height * width);
        KernelAssert.Run(y, (nint)batch * channels * outHeight * outWidth);
        KernelAssert.Apart(x, (nint)batch * channels * height * width, y, (nint)batch * channels * outHeight * outWidth);
        bool nhwc = layout == TensorLayout.Nhwc;
        nint pixel = nhwc ? channels : 1;
        nint run = nhwc ? channels : 1;
        int planes = nhwc ? batch : batch * channels;
        for (int p = 0; p < planes; p++)
        {
            T* plane = x + ((nint)p * height * width * run);
            for (int oy = 0; oy < outHeight; oy++)
            {
                for (int ox = 0; ox < outWidth; ox++, y += run)
                {
                    new Span<T>(y, (int)run).Fill(T.MinValue);
                    for (int ky = 0; ky < geometry.KernelHeight; ky++)
                    {
                        int iy = (oy * geometry.StrideHeight) - geometry.PadTop + (ky * geometry.DilationHeight);
                        for (int kx = 0; kx < geometry.KernelWidth; kx++)
                        {
                            int ix = (ox * geometry.StrideWidth) - geometry.PadLeft + (kx * geometry.DilationWidth);
                            if ((uint)iy < (uint)height && (uint)ix < (uint)width)
                            {
                                Merge(plane + ((((nint)iy * width) + ix) * pixel), y, run);
                            }
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge<T>(T* x, T* y, nint count)
        where T : unmanaged, IBinaryInteger<T>
    {
        nint i = 0;
        for (; i + Vector256<T>.Count <= count; i += Vector256<T>.Count)
        {
            Vector256.Max(Vector256.Load(x + i), Vector256.Load(y + i)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = T.Max(x[i], y[i]);
        }
    }
}
