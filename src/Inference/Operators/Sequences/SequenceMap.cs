namespace Inference.Operators.Sequences;

/// <summary>Runs the body for each item of the first sequence, with the items of other sequences at the same position and with tensors as they are. Source: ONNX SequenceMap, opset 17.</summary>
internal sealed class SequenceMap : Operator
{
    private readonly ModelGraph _body;

    public SequenceMap(Node node)
    {
        _body = node.Attributes.Graph("body");
        if (_body.Inputs.Count != node.Inputs.Count || _body.Outputs.Count < node.Outputs.Count)
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected a body with {node.Inputs.Count} inputs and {node.Outputs.Count} outputs, got {_body.Inputs.Count} and {_body.Outputs.Count}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        var types = new ModelValueType?[context.InputCount];
        for (int i = 0; i < types.Length; i++)
        {
            ModelValueType? type = context.InputValueType(i);
            types[i] = i == 0 || type is { Kind: ModelValueKind.Sequence } ? SequenceTypes.ElementOf(context, i) : type;
        }

        ModelValueType?[] results = context.InferSubgraph(_body, types);
        for (int i = 0; i < context.OutputCount; i++)
        {
            ModelValueType? result = results[i];

            // Items may differ in shape where the first input's do.
            context.SetOutput(i, ModelValueType.Sequence(result));
        }
    }

    public override void Run(KernelContext context)
    {
        SequenceData first = SequenceTypes.Get(context, 0);
        int count = first.Items.Length;
        var inputs = new EngineValue?[context.InputCount];
        var outputs = new EngineValue?[_body.Outputs.Count];
        var results = new EngineValue[context.OutputCount][];
        for (int i = 0; i < results.Length; i++)
        {
            context.Claim((long)count * nint.Size);
            results[i] = new EngineValue[count];
        }

        var held = new HeldValues(results);
        context.Control.Memory.Hold(held);

        for (int step = 0; step < count; step++)
        {
            context.ThrowIfCancelled();
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = context.InputValue(i) is SequenceData sequence
                    ? step < sequence.Items.Length ? sequence.Items[step] : throw context.Error($"input {i}: expected {count} items as in input 0, got {sequence.Items.Length}.")
                    : context.InputValue(i);
            }

            context.RunSubgraph(_body, inputs, outputs);
            for (int i = 0; i < results.Length; i++)
            {
                results[i][step] = outputs[i] ?? throw context.Error($"output {i}: the body produced no value.");
            }
        }

        context.Control.Memory.Drop(held);
        for (int i = 0; i < results.Length; i++)
        {
            if (context.HasOutput(i))
            {
                ElementType type = count > 0 && results[i][0] is Tensor tensor ? tensor.Type : _body.Outputs[i].Described?.ElementType ?? ElementType.Undefined;
                context.SetOutput(i, new SequenceData(results[i], type));
            }
        }
    }
}
