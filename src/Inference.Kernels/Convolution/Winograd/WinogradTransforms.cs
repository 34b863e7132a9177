using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Convolution.Winograd;

/// <summary>
/// The transforms of F(2×2, 3×3): V = Bᵀ·d·B of a 4×4 window, U = G·g·Gᵀ of a 3×3 kernel, y = Aᵀ·(U ⊙ V)·A. Source: Lavin and Gray,
/// "Fast Algorithms for Convolutional Neural Networks", 2015.
/// </summary>
internal static unsafe class WinogradTransforms
{
    internal static readonly RowKernel Input = RowKernel.Of<InputBody>("winograd_f32_input");
    internal static readonly RowKernel Output = RowKernel.Of<OutputBody>("winograd_f32_output");

    /// <summary>u[4·i + j] = (G·g·Gᵀ)[i,j] for a kernel g[3,3].</summary>
    public static void Kernel(float* g, float* u)
    {
        float* half = stackalloc float[12];
        for (int j = 0; j < 3; j++)
        {
            Column(g[j], g[3 + j], g[6 + j], half + j, 3);
        }

        for (int i = 0; i < 4; i++)
        {
            Column(half[3 * i], half[(3 * i) + 1], half[(3 * i) + 2], u + (4 * i), 1);
        }
    }

    private static void Column(float a, float b, float c, float* to, int stride)
    {
        to[0] = a;
        to[stride] = 0.5f * (a + b + c);
        to[2 * stride] = 0.5f * (a - b + c);
        to[3 * stride] = c;
    }

    // Rows are tiles of the block; channels are a multiple of every vector width.
    private readonly struct InputBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly WinogradJob job = ref *(WinogradJob*)state;
            nint stride = job.PositionStrideV;
            for (nint tile = first; tile < end; tile++)
            {
                float** d = job.Windows + (tile * WinogradJob.Positions);
                float* v = job.V + (tile * job.Channels);
                for (nint c = 0; c < job.Channels; c += S.Lanes, v += S.Lanes)
                {
                    Rows<S, V>(d, c, out V a0, out V a1, out V a2, out V a3, 0);
                    Rows<S, V>(d, c, out V b0, out V b1, out V b2, out V b3, 1);
                    Rows<S, V>(d, c, out V c0, out V c1, out V c2, out V c3, 2);
                    Rows<S, V>(d, c, out V d0, out V d1, out V d2, out V d3, 3);
                    Columns<S, V>(a0, b0, c0, d0, v, stride);
                    Columns<S, V>(a1, b1, c1, d1, v + (4 * stride), stride);
                    Columns<S, V>(a2, b2, c2, d2, v + (8 * stride), stride);
                    Columns<S, V>(a3, b3, c3, d3, v + (12 * stride), stride);
                }
            }
        }

        // Bᵀ applied down column j of the window.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Rows<S, V>(float** d, nint c, out V t0, out V t1, out V t2, out V t3, int j)
            where S : struct, ISimd<V>
            where V : struct
        {
            V x0 = S.Load(d[j] + c);
            V x1 = S.Load(d[4 + j] + c);
            V x2 = S.Load(d[8 + j] + c);
            V x3 = S.Load(d[12 + j] + c);
            t0 = S.Sub(x0, x2);
            t1 = S.Add(x1, x2);
            t2 = S.Sub(x2, x1);
            t3 = S.Sub(x1, x3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Columns<S, V>(V x0, V x1, V x2, V x3, float* v, nint stride)
            where S : struct, ISimd<V>
            where V : struct
        {
            S.Store(v, S.Sub(x0, x2));
            S.Store(v + stride, S.Add(x1, x2));
            S.Store(v + (2 * stride), S.Sub(x2, x1));
            S.Store(v + (3 * stride), S.Sub(x1, x3));
        }
    }

    private readonly struct OutputBody : IRowBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly WinogradJob job = ref *(WinogradJob*)state;
            ref readonly ConvolutionJob conv = ref *job.Convolution;
            nint stride = job.PositionStrideP;
            int tilesAcross = (conv.OutWidth + 1) / 2;
            int tilesDown = (conv.OutHeight + 1) / 2;
            nint channels = conv.Geometry.OutChannels;
            bool clip = conv.Epilogue.Activation.IsClip(out float low, out float high);
            bool curved = !clip && !conv.Epilogue.Activation.IsNone;
            for (nint tile = first; tile < end; tile++)
            {
                nint at = job.FirstTile + tile;
                int ox = (int)(at % tilesAcross) * 2;
                nint rest = at / tilesAcross;
                int oy = (int)(rest % tilesDown) * 2;
                nint pixel = ((((rest / tilesDown) * conv.OutHeight) + oy) * conv.OutWidth) + ox;
                nint offset = (pixel * channels) + job.FirstColumn;
                nint below = conv.OutWidth * channels;
                bool right = ox + 1 < conv.OutWidth;
                bool down = oy + 1 < conv.OutHeight;
                float* p = job.Products + (tile * job.Columns);
                for (nint c = 0; c < job.Columns; c += S.Lanes, p += S.Lanes)
                {
                    V bias = conv.Epilogue.Bias == null ? S.Splat(0f) : S.Load(conv.Epilogue.Bias + job.FirstColumn + c);
                    Rows<S, V>(p, stride, out V a0, out V a1);
                    Rows<S, V>(p + stride, stride, out V b0, out V b1);
                    Rows<S, V>(p + (2 * stride), stride, out V c0, out V c1);
                    Rows<S, V>(p + (3 * stride), stride, out V d0, out V d1);
                    Store<S, V>(in conv, S.Add(S.Add(a0, b0), c0), bias, offset + c, low, high);
                    if (right)
                    {
                        Store<S, V>(in conv, S.Sub(S.Sub(b0, c0), d0), bias, offset + channels + c, low, high);
                    }

                    if (down)
                    {
                        Store<S, V>(in conv, S.Add(S.Add(a1, b1), c1), bias, offset + below + c, low, high);
                    }

                    if (right && down)
                    {
                        Store<S, V>(in conv, S.Sub(S.Sub(b1, c1), d1), bias, offset + below + channels + c, low, high);
                    }
                }

                if (curved)
                {
                    for (int i = 0; i < 4; i++)
                    {
                        if ((i % 2 == 0 || right) && (i < 2 || down))
                        {
                            float* y = conv.Y + offset + (i % 2 * channels) + (i / 2 * below);
                            Activations.Apply(in conv.Epilogue.Activation, y, y, job.Columns);
                        }
                    }
                }
            }
        }

        // Aᵀ applied down one column of the products: positions 0, 4, 8 and 12 from p on.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Rows<S, V>(float* p, nint stride, out V top, out V bottom)
            where S : struct, ISimd<V>
            where V : struct
        {
            V x0 = S.Load(p);
            V x1 = S.Load(p + (4 * stride));
            V x2 = S.Load(p + (8 * stride));
            V x3 = S.Load(p + (12 * stride));
            top = S.Add(S.Add(x0, x1), x2);
            bottom = S.Sub(S.Sub(x1, x2), x3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Store<S, V>(in ConvolutionJob conv, V y, V bias, nint offset, float low, float high)
            where S : struct, ISimd<V>
            where V : struct
        {
            y = S.Add(y, bias);
            if (conv.Epilogue.Residual != null)
            {
                y = S.Add(y, S.Load(conv.Epilogue.Residual + offset));
            }

            S.Store(conv.Y + offset, S.Min(S.Splat(high), S.Max(S.Splat(low), y)));
        }
    }
}
