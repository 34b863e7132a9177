namespace Inference.Operators.Sequences;

/// <summary>The item at a position. Source: ONNX SequenceAt, opset 11.</summary>
internal sealed class SequenceAt : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        if (SequenceTypes.ElementOf(context, 0) is { } element)
        {
            context.SetOutput(0, element);
        }
    }

    public override void Run(KernelContext context)
    {
        SequenceData sequence = SequenceTypes.Get(context, 0);
        context.SetOutput(0, sequence.Items[SequenceTypes.Position(context, 1, sequence.Items.Length, inserting: false)]);
    }
}
