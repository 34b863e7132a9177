namespace Inference.Operators.Sequences;

/// <summary>The sequence without one item, the last by default. Source: ONNX SequenceErase, opset 11.</summary>
internal sealed class SequenceErase : Operator
{
    protected override void InferOutputs(InferContext context) => context.SetOutput(0, ModelValueType.Sequence(SequenceTypes.ElementOf(context, 0)));

    public override void Run(KernelContext context)
    {
        SequenceData sequence = SequenceTypes.Get(context, 0);
        int count = sequence.Items.Length;
        if (count == 0)
        {
            throw context.Error("input 0: expected a sequence with at least one item, got an empty one.");
        }

        int position = context.HasInput(1) ? SequenceTypes.Position(context, 1, count, inserting: false) : count - 1;
        context.Claim((count - 1L) * nint.Size);
        var items = new EngineValue[count - 1];
        sequence.Items.AsSpan(0, position).CopyTo(items);
        sequence.Items.AsSpan(position + 1).CopyTo(items.AsSpan(position));
        context.SetOutput(0, new SequenceData(items, sequence.ElementType));
    }
}
