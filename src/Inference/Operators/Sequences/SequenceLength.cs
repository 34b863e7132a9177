namespace Inference.Operators.Sequences;

/// <summary>How many items a sequence has, an int64 scalar. Source: ONNX SequenceLength, opset 11.</summary>
internal sealed class SequenceLength : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        SequenceTypes.ElementOf(context, 0);
        context.SetOutput(0, ElementType.Int64, []);
    }

    public override void Run(KernelContext context) => context.Output(0, ElementType.Int64, []).Span<long>()[0] = SequenceTypes.Get(context, 0).Items.Length;
}
