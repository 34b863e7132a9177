using System.Numerics;
using Inference.Operators.Elementwise.TwoInputs;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = f(a, b) on integers or bools, bit by bit, with broadcasting.</summary>
internal sealed unsafe class BitOperator<TFunction>(Node node, TFunction function, TypeSet allowed) : BroadcastOperator(node)
    where TFunction : struct, IBitFunction
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        Shapes.RequireType(context, 1, allowed);
        Shapes.RequireSameType(context, 0, 1);
        context.SetOutput(0, type, BroadcastShape(context));
    }

    public override bool CanOverwrite(int output, int input) => true;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        StridedLoop loop = Loop(a, b, y);
        var action = new Action(function, a, b, y, ref loop);
        if (!Dispatch.Integer(y.Type == ElementType.Bool ? ElementType.UInt8 : y.Type, ref action))
        {
            throw context.Error($"expected integers or bools, got {y.Type.Name()}.");
        }
    }

    private ref struct Action(TFunction f, Tensor a, Tensor b, Tensor y, ref StridedLoop loop) : IIntegerAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            T* target = (T*)y.Data;
            long strideA = _loop.InnerStride(0);
            long strideB = _loop.InnerStride(1);
            for (long outer = 0; outer < _loop.Outer; outer++)
            {
                T* pa = (T*)a.Data + _loop.Offset(0);
                T* pb = (T*)b.Data + _loop.Offset(1);
                for (long i = 0; i < _loop.Inner; i++)
                {
                    target[i] = f.Apply(pa[i * strideA], pb[i * strideB]);
                }

                target += _loop.Inner;
                _loop.Next();
            }
        }
    }
}
