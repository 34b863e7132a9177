using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.ControlFlow;

/// <summary>
/// Scan over batches of sequences: states [B, …], scanned inputs [B, L, …], with the length of each sequence; outputs past the end of a sequence are 0.
/// Source: ONNX Scan, opset 8.
/// </summary>
internal sealed class BatchedScan : Operator
{
    private readonly ModelGraph _body;
    private readonly int _states;
    private readonly int _scanned;
    private readonly int _stacked;
    private readonly long[]? _directions;

    public BatchedScan(Node node)
    {
        _body = node.Attributes.Graph("body");
        _scanned = (int)Math.Clamp(node.Attributes.Int("num_scan_inputs"), 0, int.MaxValue);
        _states = node.Inputs.Count - 1 - _scanned;
        _stacked = _body.Outputs.Count - _states;
        _directions = node.Attributes.Ints("directions");
        if (_scanned < 1 || _states < 0 || _stacked < 0 || _body.Inputs.Count != node.Inputs.Count - 1 || node.Outputs.Count > _body.Outputs.Count
            || (_directions is not null && _directions.Length != _scanned))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected a body with {node.Inputs.Count - 1} inputs ({_scanned} scanned, with one direction each) and at least {node.Outputs.Count} outputs, "
                + $"got {_body.Inputs.Count} and {_body.Outputs.Count}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        var types = new ModelValueType?[_states + _scanned];
        Dimension batch = Dimension.Unknown;
        Dimension length = Dimension.Unknown;
        for (int i = 0; i < types.Length; i++)
        {
            ModelValueType? type = context.InputValueType(i + 1);
            int drop = i < _states ? 1 : 2;
            if (Shapes.RequireRankAtLeast(context, i + 1, drop) is { } shape)
            {
                batch = Shapes.Merge(context, batch, shape[0], "batch");
                length = drop == 2 ? Shapes.Merge(context, length, shape[1], "length") : length;
                type = type! with { Shape = shape[drop..] };
            }

            types[i] = type;
        }

        ModelValueType?[] results = context.InferSubgraph(_body, types);
        for (int i = 0; i < context.OutputCount; i++)
        {
            ModelValueType? result = i < _states ? SubgraphTypes.Either(results[i], types[i]) : SubgraphTypes.Stacked(results[i], length);
            if (SubgraphTypes.Stacked(result, batch) is { } stated)
            {
                context.SetOutput(i, stated);
            }
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor first = context.Input(1 + _states);
        (long batch, long length) = (first.Dims[0], first.Dims[1]);
        for (int i = 0; i < _states + _scanned; i++)
        {
            Tensor x = context.Input(i + 1);
            if (x.Rank < (i < _states ? 1 : 2) || x.Dims[0] != batch || (i >= _states && x.Dims[1] != length))
            {
                throw context.Error($"input {i + 1}: expected {batch} sequences{(i < _states ? "" : $" of {length} steps")}, got {x}.");
            }
        }

        if (batch == 0 || length == 0)
        {
            throw context.Error($"expected at least one sequence of at least one step, got {batch} of {length}.");
        }

        Tensor? lengths = context.OptionalInput(0);
        if (lengths is not null && lengths.Count != batch)
        {
            throw context.Error($"sequence_lens: expected {batch} lengths, one for each sequence, got {lengths}.");
        }

        var inputs = new EngineValue?[_states + _scanned];
        var outputs = new EngineValue?[_body.Outputs.Count];
        for (long b = 0; b < batch; b++)
        {
            long own = lengths is null ? length : Integers.At(lengths, b);
            if (own < 1 || own > length)
            {
                throw context.Error($"sequence_lens: expected lengths in [1, {length}], got {own}.");
            }

            RunSequence(context, b, own, inputs, outputs);
        }
    }

    private void RunSequence(KernelContext context, long b, long length, EngineValue?[] inputs, EngineValue?[] outputs)
    {
        for (int i = 0; i < _states; i++)
        {
            Tensor item = ScanSlices.NewItem(context, context.Input(i + 1), 0);
            ScanSlices.Take(context, context.Input(i + 1), 0, b, item);
            inputs[i] = item;
        }

        var sequences = new Tensor[_scanned];
        for (int i = 0; i < _scanned; i++)
        {
            sequences[i] = ScanSlices.NewItem(context, context.Input(1 + _states + i), 0);
            ScanSlices.Take(context, context.Input(1 + _states + i), 0, b, sequences[i]);
            inputs[_states + i] = ScanSlices.NewItem(context, sequences[i], 0);
        }

        for (long step = 0; step < length; step++)
        {
            context.ThrowIfCancelled();
            for (int i = 0; i < _scanned; i++)
            {
                ScanSlices.Take(context, sequences[i], 0, _directions?[i] == 1 ? length - 1 - step : step, (Tensor)inputs[_states + i]!);
            }

            context.RunSubgraph(_body, inputs, outputs);
            outputs.AsSpan(0, _states).CopyTo(inputs);
            for (int i = _states; i < context.OutputCount; i++)
            {
                if (context.HasOutput(i))
                {
                    Put(context, i, outputs[i], b, step);
                }
            }
        }

        for (int i = 0; i < _states && i < context.OutputCount; i++)
        {
            if (context.HasOutput(i))
            {
                Put(context, i, inputs[i], b, step: -1);
            }
        }
    }

    // A step's output goes to [b, step], a state (step −1) to [b].
    private void Put(KernelContext context, int index, EngineValue? value, long b, long step)
    {
        Tensor item = value as Tensor ?? throw context.Error($"output {index}: expected tensors to stack, got none.");
        Tensor first = context.Input(1 + _states);
        bool isState = step < 0;
        int lead = isState ? 1 : 2;
        Tensor y = b > 0 || step > 0 ? context.Output(index)
            : isState ? context.Output(index, item.Type, [first.Dims[0], .. item.Dims])
            : Cleared(context.Output(index, item.Type, [first.Dims[0], first.Dims[1], .. item.Dims]));
        if (y.Type != item.Type || y.Rank != item.Rank + lead || !y.Dims[lead..].SequenceEqual(item.Dims))
        {
            throw context.Error($"output {index}: expected the same shape from every {(isState ? "sequence" : "step")}, got {item} where {y} holds them.");
        }

        if (isState)
        {
            ScanSlices.Put(context, item, y, 0, b);
            return;
        }

        var steps = new Tensor();
        steps.SetView(y, y.Type, [y.Dims[0] * y.Dims[1], .. item.Dims]);
        ScanSlices.Put(context, item, steps, 0, (b * y.Dims[1]) + step);
    }

    // What lies past the end of a sequence.
    private static Tensor Cleared(Tensor tensor)
    {
        if (tensor.Type == ElementType.String)
        {
            tensor.Strings.Fill("");
        }
        else
        {
            tensor.Clear();
        }

        return tensor;
    }
}
