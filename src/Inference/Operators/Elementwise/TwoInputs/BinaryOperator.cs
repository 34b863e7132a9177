using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = f(a, b) with broadcasting; all of one numeric type.</summary>
internal unsafe class BinaryOperator<TFunction>(Node node, TFunction function, TypeSet allowed) : BroadcastOperator(node)
    where TFunction : struct, IBinaryFunction<TFunction>
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        ElementType second = Shapes.RequireType(context, 1, allowed);
        Shapes.RequireSameType(context, 0, 1);
        context.SetOutput(0, type == ElementType.Undefined ? second : type, BroadcastShape(context));
        ShapeArithmetic.Propagate<TFunction>(context);
    }

    public override bool CanOverwrite(int output, int input) => true;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        StridedLoop loop = Loop(a, b, y);
        var action = new Action(function, a, b, y, ref loop, context.Threads);
        try
        {
            if (!Dispatch.Numeric(y.Type, ref action))
            {
                throw context.Error($"expected numeric tensors, got {y.Type.Name()}.");
            }
        }
        catch (DivideByZeroException)
        {
            throw context.Error("expected a divisor other than 0 for integers, got 0.");
        }
    }

    private ref struct Action(TFunction function, Tensor a, Tensor b, Tensor y, ref StridedLoop loop, int threads) : INumericAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            var body = new BinaryRuns<TFunction, E, T, C>(function, (T*)y.Data);
            var operands = default(RunOperands);
            operands.Add((T*)a.Data);
            operands.Add((T*)b.Data);
            ElementRanges.RunLoop(ref body, ref _loop, ref operands, y.Count, TFunction.Cost, threads);
        }
    }
}
