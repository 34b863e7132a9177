using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y[i] = f(x[i]), same type and shape.</summary>
internal abstract class UnaryOperator(TypeSet allowed) : Operator
{
    // 128 KB of f32; the slowest function, Mish, takes 54 ns an element (benchmarks/results/limits.md), so that a look comes after 2 ms at most.
    /// <summary>Elements between two looks at the cancellation.</summary>
    protected const int Chunk = 1 << 15;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        context.SetOutput(0, type, context.InputShape(0));
    }

    public override bool CanOverwrite(int output, int input) => input == 0 && output == 0;

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();
}
