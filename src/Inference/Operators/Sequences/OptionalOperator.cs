namespace Inference.Operators.Sequences;

/// <summary>An optional that holds the input, or nothing of the type that the attribute states. Source: ONNX Optional, opset 15.</summary>
internal sealed class OptionalOperator(Node node) : Operator
{
    private readonly ModelValueType? _type = node.Attributes.Type("type");

    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ModelValueType.Optional(context.HasInput(0) ? context.InputValueType(0) : _type));

    public override void Run(KernelContext context) =>
        context.SetOutput(0, new OptionalData(context.InputValue(0) is { } value ? SequenceTypes.Own(context, value) : null));
}
