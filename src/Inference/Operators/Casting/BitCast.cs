using Inference.Operators.Typed;

namespace Inference.Operators.Casting;

/// <summary>The same bits read as another element type of the same width. Source: ONNX BitCast, opset 26.</summary>
internal sealed class BitCast : Operator
{
    private readonly ElementType _to;

    public BitCast(Node node) => _to = TypeAttribute.Read(node, "to", TypeSet.All);

    protected override void InferOutputs(InferContext context)
    {
        ElementType from = context.InputType(0);
        if (from != ElementType.Undefined && (from.BitWidth() != _to.BitWidth() || from.BitWidth() == 0))
        {
            throw context.Error($"expected two types of equal width, got {from.Name()} and {_to.Name()}.");
        }

        context.SetOutput(0, _to, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    public override void Run(KernelContext context) => context.Input(0).Bytes.CopyTo(context.Output(0).Bytes);
}
