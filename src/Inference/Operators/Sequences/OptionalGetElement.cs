namespace Inference.Operators.Sequences;

/// <summary>The value of an optional; a value that is not optional is passed on. Source: ONNX OptionalGetElement, opsets 15 and 18.</summary>
internal sealed class OptionalGetElement : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        ModelValueType? type = context.InputValueType(0);
        if ((type is { Kind: ModelValueKind.Optional } ? type.Element : type) is { } element)
        {
            context.SetOutput(0, element);
        }
    }

    public override void Run(KernelContext context)
    {
        EngineValue? value = context.InputValue(0) is OptionalData optional ? optional.Value : context.InputValue(0);
        context.SetOutput(0, value switch
        {
            null => throw context.Error("input 0: expected a value, got an empty optional."),
            Tensor tensor => context.Copy(tensor),
            _ => value,
        });
    }
}
