namespace Inference.Operators.Sequences;

/// <summary>Whether there is a value: false for an empty optional and for an input left out. Source: ONNX OptionalHasElement, opsets 15 and 18.</summary>
internal sealed class OptionalHasElement : Operator
{
    protected override void InferOutputs(InferContext context) => context.SetOutput(0, ElementType.Bool, []);

    public override void Run(KernelContext context) =>
        context.Output(0, ElementType.Bool, []).Span<bool>()[0] = context.InputValue(0) is { } value and not OptionalData { Value: null };
}
