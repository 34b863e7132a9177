using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;
using Permutation = Inference.Kernels.Transposition.Transpose;

namespace Inference.Operators.MatrixProduct;

/// <summary>Runs the steps of an einsum over elements that are calculated in their own type.</summary>
internal readonly unsafe ref struct EinsumRun<C>(C** inputs, C* output, C* scratch, int threads)
    where C : unmanaged, INumber<C>, IMinMaxValue<C>
{
    public void Run(EinsumProgram program)
    {
        foreach (EinsumStep step in program.Steps)
        {
            KernelControl.Poll();
            switch (step.Kind)
            {
                case EinsumStepKind.Copy:
                    Copy(step);
                    break;
                case EinsumStepKind.Sum:
                    Sum(step);
                    break;
                case EinsumStepKind.Multiply:
                    Multiply(step);
                    break;
                case EinsumStepKind.Dots:
                    Dots(step);
                    break;
                default:
                    Product(step);
                    break;
            }
        }
    }

    private C* At(EinsumValue value) => value.Input switch
    {
        EinsumValue.Scratch => scratch + value.Offset,
        EinsumValue.Output => output,
        _ => inputs[value.Input],
    };

    private void Copy(EinsumStep step)
    {
        C* from = At(step.A);
        C* to = At(step.Target);
        if (step.Permutation is { } permutation && step.A.Sizes.Length <= Permutation.MaxRank)
        {
            Permutation.Run(from, to, step.A.Sizes, permutation, sizeof(C), threads);
        }
        else
        {
            StridedCopy.ToPacked(ref *from, step.Strides, ref *to, step.Sizes);
        }
    }

    private void Sum(EinsumStep step)
    {
        (long before, long summed, long behind) = step.Parts;
        C* from = At(step.A);
        C* to = At(step.Target);
        ReductionLoop.Run<Reducers.Sum, DirectElement<C>, C, C>(from, to, ReductionShape.Create([before, summed, behind], [false, true, false]), threads);
    }

    private void Multiply(EinsumStep step)
    {
        C* a = At(step.A);
        C* b = At(step.B);
        C* to = At(step.Target);
        StridedLoop loop = step.Loop;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            MultiplyRow(a + loop.Offset(0), loop.InnerStride(0), b + loop.Offset(1), loop.InnerStride(1), to, loop.Inner);
            to += loop.Inner;
            loop.Next();
        }
    }

    // Of f32 alone: other types multiply and add.
    private void Dots(EinsumStep step)
    {
        delegate*<float*, float*, nint, nint, float*, void> dot = DotF32Kernels.Best.One;
        float* a = (float*)At(step.A);
        float* b = (float*)At(step.B);
        float* to = (float*)At(step.Target);
        nint depth = (nint)step.K;
        StridedLoop loop = step.Loop;
        var work = default(WorkCounter);
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                work.Add(depth);
                dot(a + loop.Offset(0) + i * loop.InnerStride(0), b + loop.Offset(1) + i * loop.InnerStride(1), depth, depth, to++);
            }

            loop.Next();
        }
    }

    private void Product(EinsumStep step)
    {
        C* a = At(step.A);
        C* b = At(step.B);
        C* to = At(step.Target);
        if (typeof(C) != typeof(float))
        {
            LargeBlocks.Clear((byte*)to, (nint)step.Target.Count * sizeof(C));
        }

        StridedLoop loop = step.Loop;
        GemmEpilogue none = default;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            if (typeof(C) == typeof(float))
            {
                GemmF32.RunBatched(
                    (int)loop.Inner, (float*)a + loop.Offset(0), (nint)step.MatrixA.Stride, (nint)loop.InnerStride(0), step.MatrixA.Transposed,
                    (float*)b + loop.Offset(1), (nint)step.MatrixB.Stride, (nint)loop.InnerStride(1), step.MatrixB.Transposed,
                    (float*)to + loop.Offset(2), (nint)step.TargetStride, (nint)loop.InnerStride(2), (nint)step.M, (nint)step.N, (nint)step.K, 1f, in none, threads);
            }
            else
            {
                for (long i = 0; i < loop.Inner; i++)
                {
                    GenericProduct.Run(
                        a + loop.Offset(0) + i * loop.InnerStride(0), step.MatrixA.Stride, step.MatrixA.Transposed, b + loop.Offset(1) + i * loop.InnerStride(1), step.MatrixB.Stride, step.MatrixB.Transposed,
                        to + loop.Offset(2) + i * loop.InnerStride(2), step.TargetStride, step.M, step.N, step.K, C.One, threads);
                }
            }

            loop.Next();
        }
    }


    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRow(C* a, long strideA, C* b, long strideB, C* to, long count)
    {
        long i = 0;
        if (strideA is 0 or 1 && strideB is 0 or 1 && count >= Vector<C>.Count)
        {
            var left = new Vector<C>(*a);
            var right = new Vector<C>(*b);
            for (; i <= count - Vector<C>.Count; i += Vector<C>.Count)
            {
                ((strideA == 0 ? left : Vector.Load(a + i)) * (strideB == 0 ? right : Vector.Load(b + i))).Store(to + i);
            }
        }

        for (; i < count; i++)
        {
            to[i] = a[i * strideA] * b[i * strideB];
        }
    }
}
