using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = a^b with broadcasting, in a's type; b may be of another numeric type from opset 12 on. Integer powers of integers are exact (wrapping). Source: ONNX Pow, opsets 1 to 15.</summary>
internal sealed unsafe class Pow(Node node) : BroadcastOperator(node)
{
    // Of an element: by vectors in f64, and one by one.
    private const int SingleCost = 8;
    private const int ScalarCost = 128;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Shapes.RequireType(context, 1, TypeSet.Numeric);
        context.SetOutput(0, type, BroadcastShape(context));
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        // Exponents in the type that powers are calculated in.
        ElementType wide = a.Type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 ? ElementType.Float32 : ElementType.Float64;
        byte* exponents = b.Data;
        if (b.Type != wide)
        {
            exponents = context.Scratch(Math.Max(1, wide.ByteCount(b.Count)));
            ElementConverter.Convert(b.Type, b.Data, wide, exponents, b.Count, saturate: true, Float8E8M0Rounding.Up);
        }

        StridedLoop loop = Loop(a, b, context.Output(0));
        var action = new Action(context, a, exponents, ref loop);
        Dispatch.Numeric(a.Type, ref action);
    }

    private ref struct Action(KernelContext context, Tensor a, byte* exponents, ref StridedLoop loop) : INumericAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor y = context.Output(0);
            var operands = default(RunOperands);
            operands.Add((T*)a.Data);
            if (typeof(C) == typeof(float))
            {
                var singles = new Singles<E, T, C>((T*)y.Data);
                operands.Add((float*)exponents);
                ElementRanges.RunLoop(ref singles, ref _loop, ref operands, y.Count, SingleCost, context.Threads);
            }
            else
            {
                var runs = new Runs<C>((C*)y.Data);
                operands.Add((double*)exponents);
                ElementRanges.RunLoop(ref runs, ref _loop, ref operands, y.Count, ScalarCost, context.Threads);
            }
        }
    }

    // C is float.
    private readonly struct Singles<E, T, C>(T* y) : IRunBody
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged
    {
        public void Run(in RunOperands run, long at, long count)
        {
            if (typeof(T) == typeof(float))
            {
                Powers(run.Data<float>(0), run.Stride(0), run.Data<float>(1), run.Stride(1), (float*)(y + at), (nint)count);
            }
            else
            {
                Converted(run.Data<T>(0), run.Stride(0), run.Data<float>(1), run.Stride(1), y + at, count);
            }
        }

        [SkipLocalsInit]
        private static void Converted(T* a, long strideA, float* b, long strideB, T* to, long count)
        {
            float* left = stackalloc float[BinaryLoop.Block];
            float* result = stackalloc float[BinaryLoop.Block];
            for (long i = 0; i < count; i += BinaryLoop.Block)
            {
                int length = (int)Math.Min(BinaryLoop.Block, count - i);
                E.Load(a + (i * strideA), (C*)left, strideA != 0 ? length : 1);
                Powers(left, strideA, b + (i * strideB), strideB, result, length);
                E.Store((C*)result, to + i, length);
            }
        }

        private static void Powers(float* x, long strideA, float* e, long strideB, float* to, nint count)
        {
            if (strideB == 0)
            {
                // One value of each is a run of one.
                Binary.RunScalarRight(BinaryKind.Pow, x, *e, to, count);
            }
            else if (strideA == 0)
            {
                Binary.RunScalarLeft(BinaryKind.Pow, *x, e, to, count);
            }
            else
            {
                Binary.Run(BinaryKind.Pow, x, e, to, count);
            }
        }
    }

    private readonly struct Runs<C>(C* y) : IRunBody
        where C : unmanaged, INumber<C>
    {
        public void Run(in RunOperands run, long at, long count)
        {
            C* pa = run.Data<C>(0);
            double* pb = run.Data<double>(1);
            long strideA = run.Stride(0);
            long strideB = run.Stride(1);
            C* to = y + at;
            if (strideB == 0 && *pb == 2)
            {
                BinaryLoop.Run(default(Arithmetic.Mul), pa, strideA, pa, strideA, to, count);
                return;
            }

            for (long i = 0; i < count; i++)
            {
                to[i] = Power(pa[i * strideA], pb[i * strideB]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static C Power(C x, double exponent)
        {
            if (typeof(C) == typeof(double))
            {
                return C.CreateTruncating(Math.Pow(double.CreateTruncating(x), exponent));
            }

            return exponent >= 0 && exponent == Math.Floor(exponent) && exponent <= int.MaxValue
                ? IntegerPower(x, (int)exponent)
                : C.CreateSaturating(Math.Pow(double.CreateTruncating(x), exponent));
        }

        private static C IntegerPower(C x, int exponent)
        {
            C result = C.One;
            for (; exponent > 0; exponent >>= 1)
            {
                if ((exponent & 1) != 0)
                {
                    result *= x;
                }

                x *= x;
            }

            return result;
        }
    }
}
