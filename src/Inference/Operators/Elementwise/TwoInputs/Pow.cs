using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = a^b with broadcasting, in a's type; b may be of another numeric type from opset 12 on. Integer powers of integers are exact (wrapping). Source: ONNX Pow, opsets 1 to 15.</summary>
internal sealed unsafe class Pow(Node node) : BroadcastOperator(node)
{
    private const int PowerWork = 20;
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
        Tensor y = context.Output(0);
        double* exponents = (double*)context.Scratch(Math.Max(1, b.Count) * sizeof(double));
        var convert = new ToDouble(b, exponents);
        Dispatch.Numeric(b.Type, ref convert);
        StridedLoop loop = Loop(a, b, y);
        var action = new Action(a, exponents, y, ref loop);
        Dispatch.Numeric(a.Type, ref action);
    }

    private readonly struct ToDouble(Tensor from, double* to) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* source = (T*)from.Data;
            var work = default(WorkCounter);
            for (long i = 0; i < from.Count; i++)
            {
                work.Add(1);
                to[i] = double.CreateTruncating(E.Load(source[i]));
            }
        }
    }

    private ref struct Action(Tensor a, double* exponents, Tensor y, ref StridedLoop loop) : INumericAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* target = (T*)y.Data;
            long strideA = _loop.InnerStride(0);
            long strideB = _loop.InnerStride(1);
            var work = default(WorkCounter);
            for (long outer = 0; outer < _loop.Outer; outer++)
            {
                T* pa = (T*)a.Data + _loop.Offset(0);
                double* pb = exponents + _loop.Offset(1);
                if (typeof(T) == typeof(float) && strideA == 1 && strideB == 0 && *pb is 2 or 3 or 0.5)
                {
                    Binary.RunScalarRight(BinaryKind.Pow, (float*)pa, (float)*pb, (float*)target, (nint)_loop.Inner);
                }
                else if (strideB == 0 && *pb == 2)
                {
                    for (long i = 0; i < _loop.Inner; i++)
                    {
                        C value = E.Load(pa[i * strideA]);
                        target[i] = E.Store(value * value);
                    }
                }
                else
                {
                    for (long i = 0; i < _loop.Inner; i++)
                    {
                        work.Add(PowerWork);
                        target[i] = E.Store(Power(E.Load(pa[i * strideA]), pb[i * strideB]));
                    }
                }

                target += _loop.Inner;
                _loop.Next();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static C Power<C>(C x, double exponent)
            where C : unmanaged, INumber<C>
        {
            if (typeof(C) == typeof(float))
            {
                float value = float.CreateTruncating(x);
                return C.CreateTruncating(exponent == 0.5 && value >= 0 ? MathF.Sqrt(value) : MathF.Pow(value, (float)exponent));
            }

            if (typeof(C) == typeof(double))
            {
                return C.CreateTruncating(Math.Pow(double.CreateTruncating(x), exponent));
            }

            return exponent >= 0 && exponent == Math.Floor(exponent) && exponent <= int.MaxValue
                ? IntegerPower(x, (int)exponent)
                : C.CreateSaturating(Math.Pow(double.CreateTruncating(x), exponent));
        }

        private static C IntegerPower<C>(C x, int exponent)
            where C : unmanaged, INumber<C>
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
