using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y[i] = f(x[i]), same type and shape.</summary>
internal abstract class UnaryOperator(TypeSet allowed) : Operator
{
    /// <summary>Work of an element of a f32 kernel, in additions: from those that only move to those that take exponentials.</summary>
    protected const int SingleCost = 2;

    // The slowest, Mish of double, takes 54 ns (benchmarks/results/limits.md).
    /// <summary>Work of an element that a scalar function computes.</summary>
    protected const int ScalarCost = 64;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        context.SetOutput(0, type, context.InputShape(0));
    }

    public override bool CanOverwrite(int output, int input) => input == 0 && output == 0;

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();
}
