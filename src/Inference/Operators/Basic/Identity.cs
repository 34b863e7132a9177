namespace Inference.Operators.Basic;

/// <summary>y = x, for values of every kind. Source: ONNX Identity, opsets 1 to 25.</summary>
internal sealed class Identity(Node node) : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        if (context.InputValueType(0) is { } type)
        {
            context.SetOutput(0, type);
            if (context.InputShapeData(0) is { } data)
            {
                context.SetOutputShapeData(0, data);
            }
        }
    }

    public override void Run(KernelContext context) => context.SetOutput(0, context.InputValue(0) ?? throw context.Error("input 0: expected a value, got none."));

    // Only tensors have memory to be a view of; other kinds are passed on by Run.
    public override int AliasOf(int output) => node.Inputs[0]?.Type?.Kind == ModelValueKind.Tensor ? 0 : -1;

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));
}
