using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>
/// The variants of one binary function, best first. Bodies take (a, b, y, count, mode): mode 0 reads both arrays, 1 takes a[0]
/// for every element, 2 takes b[0]. y may be a or b.
/// </summary>
internal sealed unsafe class BinaryKernel
{
    private BinaryKernel(string name, Variant[] variants)
    {
        Name = name;
        Variants = variants;
        Best = Array.Find(variants, v => v.Supported).Body;
    }

    public string Name { get; }

    public delegate*<float*, float*, float*, nint, int, void> Best { get; }

    public Variant[] Variants { get; }

    public static BinaryKernel Of<TOperator>(string name)
        where TOperator : struct, IBinaryOperator => new(
        name,
        [
            new(IsaTier.Avx512, Simd512.IsSupported, &Run<TOperator, Simd512, Vector512<float>>),
            new(IsaTier.Avx2, Simd256.IsSupported, &Run<TOperator, Simd256, Vector256<float>>),
            new(IsaTier.AdvSimd, Simd128.IsSupported, &Run<TOperator, Simd128, Vector128<float>>),
            new(IsaTier.Scalar, true, &Run<TOperator, Simd1, float>),
        ]);

    public static BinaryKernel Pow() => new("pow", [new(IsaTier.Scalar, true, &PowF32.Run)]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TOperator, S, V>(float* a, float* b, float* y, nint count, int mode)
        where TOperator : struct, IBinaryOperator
        where S : struct, ISimd<V>
        where V : struct
    {
        nint i = 0;
        nint end = count - S.Lanes;
        if (mode == 0)
        {
            for (; i <= end; i += S.Lanes)
            {
                S.Store(y + i, TOperator.Invoke<S, V>(S.Load(a + i), S.Load(b + i)));
            }

            if (i < count)
            {
                int part = (int)(count - i);
                S.StorePart(y + i, TOperator.Invoke<S, V>(S.LoadPart(a + i, part, 1f), S.LoadPart(b + i, part, 1f)), part);
            }
        }
        else if (mode == 1)
        {
            float first = *a;
            V splat = S.Splat(first);
            for (; i <= end; i += S.Lanes)
            {
                S.Store(y + i, TOperator.Invoke<S, V>(splat, S.Load(b + i)));
            }

            if (i < count)
            {
                int part = (int)(count - i);
                S.StorePart(y + i, TOperator.Invoke<S, V>(splat, S.LoadPart(b + i, part, 1f)), part);
            }
        }
        else
        {
            float second = *b;
            V splat = S.Splat(second);
            for (; i <= end; i += S.Lanes)
            {
                S.Store(y + i, TOperator.Invoke<S, V>(S.Load(a + i), splat));
            }

            if (i < count)
            {
                int part = (int)(count - i);
                S.StorePart(y + i, TOperator.Invoke<S, V>(S.LoadPart(a + i, part, 1f), splat), part);
            }
        }
    }

    internal readonly struct Variant(IsaTier tier, bool supported, delegate*<float*, float*, float*, nint, int, void> body)
    {
        public IsaTier Tier { get; } = tier;

        public bool Supported { get; } = supported;

        public delegate*<float*, float*, float*, nint, int, void> Body { get; } = body;
    }
}
