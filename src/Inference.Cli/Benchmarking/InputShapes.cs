namespace Inference.Cli.Benchmarking;

/// <summary>The shapes that inputs are resized to: as stated, and, for inputs that share a resized named dimension or the batch axis, alike.</summary>
internal sealed class InputShapes
{
    private readonly ModelInfo _info;
    private readonly IReadOnlyDictionary<string, long[]> _stated;
    private readonly Dictionary<string, long> _symbols = new(StringComparer.Ordinal);
    private readonly (long From, long To)? _batch;

    /// <exception cref="InferenceException">A stated shape has another rank than the input, or changes a fixed dimension.</exception>
    public InputShapes(ModelInfo info, NamedValues values, IReadOnlyDictionary<string, long[]> stated, int rows = 0)
    {
        _info = info;
        _stated = stated;
        if (rows > 0)
        {
            _batch = Batch(values) is { } from ? (from, rows)
                : throw new InferenceException("--rows: expected an input whose first dimension the model leaves open, there is none. Use --shape.");
        }

        foreach ((string name, long[] shape) in stated)
        {
            if (!values.TryGetValue(name, out ModelValue? value) || value is not TensorValue tensor)
            {
                throw new InferenceException($"--shape {name}: only tensors that are given or made up have a shape to change.");
            }

            if (shape.Length != tensor.Rank)
            {
                throw new InferenceException($"--shape {name}: expected {tensor.Rank} dimensions like {tensor}, got {shape.Length}.");
            }

            IReadOnlyList<Dimension>? declared = Declared(name) is { } known && known.Count == shape.Length ? known : null;
            for (int axis = 0; axis < shape.Length; axis++)
            {
                if (declared?[axis].Size is { } size && size != shape[axis])
                {
                    throw new InferenceException($"--shape {name}: the model fixes dimension {axis} at {size}, got {shape[axis]}. Only its batch and named dimensions can be changed.");
                }

                if (declared?[axis].Symbol is { } symbol)
                {
                    _symbols[symbol] = shape[axis];
                }
            }

            if (rows == 0 && info.BatchAxis == 0 && shape.Length > 0)
            {
                _batch = (tensor.Shape[0], shape[0]);
            }
        }
    }

    /// <summary>The size assumed for a dimension that nothing is known of: one row, 224 pixels, else 16.</summary>
    public static long Assumed(int axis, int rank) => axis == 0 ? 1 : rank == 4 && axis >= 2 ? 224 : 16;

    /// <summary>The shape to resize an input to; null where it stays.</summary>
    public long[]? For(string name, ReadOnlySpan<long> current)
    {
        if (_stated.TryGetValue(name, out long[]? stated))
        {
            return current.SequenceEqual(stated) ? null : stated;
        }

        long[] shape = current.ToArray();
        IReadOnlyList<Dimension>? declared = Declared(name) is { } known && known.Count == shape.Length ? known : null;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (declared?[axis].Symbol is { } symbol && _symbols.TryGetValue(symbol, out long size))
            {
                shape[axis] = size;
            }
            else if (axis == 0 && _batch is { } batch && shape[0] == batch.From && declared is not [{ IsFixed: true }, ..])
            {
                shape[0] = batch.To;
            }
        }

        return current.SequenceEqual(shape) ? null : shape;
    }

    // The rows that the inputs have now: those of the first input whose first dimension is open.
    private long? Batch(NamedValues values)
    {
        foreach ((string name, ModelValue value) in values)
        {
            if (value is TensorValue { Rank: > 0 } tensor && Declared(name) is not [{ IsFixed: true }, ..])
            {
                return tensor.Shape[0];
            }
        }

        return null;
    }

    private IReadOnlyList<Dimension>? Declared(string name) => _info.Inputs.FirstOrDefault(p => p.Name == name)?.Type.Shape;
}
