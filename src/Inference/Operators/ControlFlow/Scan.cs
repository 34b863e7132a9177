using System.Runtime.CompilerServices;
using Inference.Operators.Views;

namespace Inference.Operators.ControlFlow;

/// <summary>
/// Runs the body once for each position of the scanned inputs: states go from step to step, the other outputs are stacked. Source: ONNX Scan, opsets 9 to 25.
/// </summary>
internal sealed class Scan : Operator
{
    private readonly ModelGraph _body;
    private readonly int _states;
    private readonly int _scanned;
    private readonly int _stacked;
    private readonly long[]? _inputAxes;
    private readonly long[]? _outputAxes;
    private readonly long[]? _inputDirections;
    private readonly long[]? _outputDirections;

    // What one run leaves for the next: runs at the same time make their own.
    private ScanBuffers? _idle;

    public Scan(Node node)
    {
        _body = node.Attributes.Graph("body");
        _scanned = (int)Math.Clamp(node.Attributes.Int("num_scan_inputs"), 0, int.MaxValue);
        _states = node.Inputs.Count - _scanned;
        _stacked = _body.Outputs.Count - _states;
        if (_scanned < 1 || _states < 0 || _body.Inputs.Count != node.Inputs.Count || _stacked < 0 || node.Outputs.Count > _body.Outputs.Count)
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected a body with {node.Inputs.Count} inputs ({_scanned} scanned) and at least {node.Outputs.Count} outputs, got {_body.Inputs.Count} and {_body.Outputs.Count}.");
        }

        _inputAxes = Checked(node, "scan_input_axes", _scanned);
        _outputAxes = Checked(node, "scan_output_axes", _stacked);
        _inputDirections = Checked(node, "scan_input_directions", _scanned);
        _outputDirections = Checked(node, "scan_output_directions", _stacked);
    }

    protected override void InferOutputs(InferContext context)
    {
        var types = new ModelValueType?[_states + _scanned];
        Dimension length = Dimension.Unknown;
        for (int i = 0; i < types.Length; i++)
        {
            ModelValueType? type = context.InputValueType(i);
            if (i >= _states && type is { Kind: ModelValueKind.Tensor })
            {
                if (context.InputShape(i) is { } shape)
                {
                    int axis = Shapes.Axis(context, _inputAxes?[i - _states] ?? 0, shape.Length);
                    length = Shapes.Merge(context, length, shape[axis], $"length of scanned input {i - _states}");
                    type = type with { Shape = (Dimension[])[.. shape.AsSpan(0, axis), .. shape.AsSpan(axis + 1)] };
                }
            }

            types[i] = type;
        }

        ModelValueType?[] results = context.InferSubgraph(_body, types);
        for (int i = 0; i < context.OutputCount; i++)
        {
            ModelValueType? result = results[i];
            if (i < _states)
            {
                result = SubgraphTypes.Either(result, types[i]);
            }
            else if (result is { Shape: { } item })
            {
                result = SubgraphTypes.Stacked(result, length, Shapes.Axis(context, _outputAxes?[i - _states] ?? 0, item.Count + 1));
            }

            if (result is not null)
            {
                context.SetOutput(i, result);
            }
        }
    }

    public override void Run(KernelContext context)
    {
        long length = Length(context);
        ScanBuffers buffers = Interlocked.Exchange(ref _idle, null) ?? new ScanBuffers(_states + _scanned, _body.Outputs.Count);
        EngineValue?[] inputs = buffers.Inputs;
        for (int i = 0; i < _states; i++)
        {
            inputs[i] = context.InputValue(i);
        }

        for (int i = 0; i < _scanned; i++)
        {
            Tensor x = context.Input(_states + i);
            inputs[_states + i] = ScanSlices.NewItem(context, x, Axis(_inputAxes, i, x.Rank), inputs[_states + i] as Tensor);
        }

        for (long step = 0; step < length; step++)
        {
            context.ThrowIfCancelled();
            for (int i = 0; i < _scanned; i++)
            {
                Tensor x = context.Input(_states + i);
                long position = _inputDirections?[i] == 1 ? length - 1 - step : step;
                ScanSlices.Take(context, x, Axis(_inputAxes, i, x.Rank), position, (Tensor)inputs[_states + i]!);
            }

            // What a step gives is what the next one takes, so memory is used again every other step.
            EngineValue?[] outputs = (step & 1) == 0 ? buffers.Outputs : buffers.OtherOutputs;
            context.RunSubgraphAgain(_body, inputs, outputs);
            outputs.AsSpan(0, _states).CopyTo(inputs);
            for (int i = 0; i < _stacked && _states + i < context.OutputCount; i++)
            {
                if (context.HasOutput(_states + i))
                {
                    Put(context, i, outputs[_states + i] as Tensor ?? throw context.Error($"output {_states + i}: expected tensors to stack, got none."), step, length);
                }
            }
        }

        Finish(context, inputs, length);
        Span<bool> views = stackalloc bool[_scanned];
        for (int i = 0; i < _scanned; i++)
        {
            Tensor x = context.Input(_states + i);
            views[i] = ScanSlices.IsView(x, Axis(_inputAxes, i, x.Rank));
        }

        buffers.Release(_states, views);
        Volatile.Write(ref _idle, buffers);
    }

    private static long[]? Checked(Node node, string name, int count)
    {
        long[]? values = node.Attributes.Ints(name);
        return values is null || values.Length == count
            ? values
            : throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected {count} values, got {values.Length}.");
    }

    private static int Axis(long[]? axes, int index, int rank) => Shapes.Axis(axes?[index] ?? 0, rank);

    private long Length(KernelContext context)
    {
        long length = -1;
        for (int i = 0; i < _scanned; i++)
        {
            Tensor x = context.Input(_states + i);
            int axis = Axis(_inputAxes, i, x.Rank);
            long own = axis >= 0 && axis < x.Rank ? x.Dims[axis] : throw context.Error($"scanned input {i}: expected an axis within the rank of {x}, got {axis}.");
            if (length >= 0 && own != length)
            {
                throw context.Error($"scanned input {i}: expected length {length} as in the other inputs, got {own}.");
            }

            length = own;
        }

        return length;
    }

    private void Put(KernelContext context, int index, Tensor item, long step, long length)
    {
        int output = _states + index;
        int axis = Shapes.Axis(context, _outputAxes?[index] ?? 0, item.Rank + 1);
        Span<long> dims = stackalloc long[item.Rank + 1];
        ScanSlices.InsertDim(item.Dims, axis, length, dims);
        Tensor y = step == 0 ? context.Output(output, item.Type, dims) : context.Output(output);
        if (y.Type != item.Type || !y.Dims.SequenceEqual(dims))
        {
            throw context.Error($"output {output}: expected the same shape from every step, got {item} from step {step}.");
        }

        ScanSlices.Put(context, item, y, axis, _outputDirections?[index] == 1 ? length - 1 - step : step);
    }

    private void Finish(KernelContext context, EngineValue?[] states, long length)
    {
        for (int i = 0; i < context.OutputCount; i++)
        {
            if (!context.HasOutput(i))
            {
                continue;
            }

            if (i < _states)
            {
                EngineValue value = states[i] ?? throw context.Error($"output {i}: expected a state, got none.");
                if (value is Tensor { Type: not ElementType.String } state)
                {
                    state.CopyTo(context.Output(i, state.Type, state.Dims));
                }
                else
                {
                    context.SetOutput(i, length == 0 && value is Tensor own ? context.Copy(own) : value);
                }
            }
            else if (length == 0)
            {
                new StackedValues().Finish(context, _body.Outputs[i].Described, i, _outputAxes?[i - _states] ?? 0);
            }
        }
    }
}
