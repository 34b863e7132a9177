using System.Numerics;
using Inference.Operators.Elementwise.TwoInputs;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = f(a, b) on integers or bools, bit by bit, with broadcasting.</summary>
internal sealed unsafe class BitOperator<TFunction>(Node node, TypeSet allowed) : BroadcastOperator(node)
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
        var action = new Action(a, b, y, ref loop, context.Threads);
        if (!Dispatch.Integer(y.Type == ElementType.Bool ? ElementType.UInt8 : y.Type, ref action))
        {
            throw context.Error($"expected integers or bools, got {y.Type.Name()}.");
        }
    }

    private ref struct Action(Tensor a, Tensor b, Tensor y, ref StridedLoop loop, int threads) : IIntegerAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            var body = new BitRuns<TFunction, T>((T*)y.Data);
            var operands = default(RunOperands);
            operands.Add((T*)a.Data);
            operands.Add((T*)b.Data);
            ElementRanges.RunLoop(ref body, ref _loop, ref operands, y.Count, cost: 1, threads);
        }
    }
}
