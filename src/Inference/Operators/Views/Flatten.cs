using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>A matrix of the axes before and from <c>axis</c>. Source: ONNX Flatten, opsets 1 to 25.</summary>
internal sealed class Flatten(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 1);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), ShapeRules.Unknown(context, 2));
            return;
        }

        if (_axis < -shape.Length || _axis > shape.Length)
        {
            throw context.Error($"axis: expected a value in [{-shape.Length}, {shape.Length}], got {_axis}.");
        }

        int axis = (int)(_axis < 0 ? _axis + shape.Length : _axis);
        context.SetOutput(0, context.InputType(0), [Shapes.Product(shape.AsSpan(0, axis)), Shapes.Product(shape.AsSpan(axis))]);
    }

    public override void Run(KernelContext context) => context.Input(0).CopyTo(context.Output(0));

    public override int AliasOf(int output) => 0;

    public override void PropagateBatch(BatchContext context) => ReshapeBatch.Propagate(context);
}
