namespace Inference.Operators.Sequences;

/// <summary>The sequence with a tensor inserted, at the end by default. Source: ONNX SequenceInsert, opset 11.</summary>
internal sealed class SequenceInsert : Operator
{
    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ModelValueType.Sequence(SequenceTypes.Join(context, SequenceTypes.ElementOf(context, 0), context.InputValueType(1))));

    public override void Run(KernelContext context)
    {
        SequenceData sequence = SequenceTypes.Get(context, 0);
        Tensor item = context.Input(1);
        if (sequence.Items.Length > 0 && sequence.Items[0] is Tensor first && first.Type != item.Type)
        {
            throw context.Error($"input 1: expected {first.Type.Name()}, the type of the sequence's items, got {item.Type.Name()}.");
        }

        int count = sequence.Items.Length;
        int position = context.HasInput(2) ? SequenceTypes.Position(context, 2, count, inserting: true) : count;
        context.Claim((count + 1L) * nint.Size);
        var items = new EngineValue[count + 1];
        sequence.Items.AsSpan(0, position).CopyTo(items);
        items[position] = context.Copy(item);
        sequence.Items.AsSpan(position).CopyTo(items.AsSpan(position + 1));
        context.SetOutput(0, new SequenceData(items, item.Type));
    }
}
