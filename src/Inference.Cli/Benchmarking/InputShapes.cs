namespace Inference.Cli.Benchmarking;

/// <summary>The shapes that inputs are resized to: as specified, and consistently for inputs that share a resized named dimension or the batch axis.</summary>
internal sealed class InputShapes
{
    private readonly ModelInfo _info;
    private readonly IReadOnlyDictionary<string, long[]> _stated;
    private readonly Dictionary<string, long> _symbols = new(StringComparer.Ordinal);
    private readonly (long From, long To)? _batch;

    /// <exception cref="InferenceException">A specified shape differs in rank from the input, or changes a fixed dimension.</exception>
    public InputShapes(ModelInfo info, NamedValues values, IReadOnlyDictionary<string, long[]> stated, int rows = 0)
    {
        _info = info;
        _stated = stated;
        if (rows > 0)
        {
            _batch = Batch(values) is { } from ? (from, rows)
                : throw new InferenceException("--rows: expected an input with a dynamic first dimension, found none. Use --shape.");
        }

        foreach ((string name, long[] shape) in stated)
        {
            if (!values.TryGetValue(name, out ModelValue? value) || value is not TensorValue tensor)
            {
                throw new InferenceException($"--shape {name}: expected a tensor input, got another kind of value. Remove the option.");
            }

            if (shape.Length != tensor.Rank)
            {
                throw new InferenceException($"--shape {name}: expected {tensor.Rank} dimensions as in {tensor}, got {shape.Length}. Specify as many dimensions.");
            }

            IReadOnlyList<Dimension>? declared = Declared(name) is { } known && known.Count == shape.Length ? known : null;
            for (int axis = 0; axis < shape.Length; axis++)
            {
                if (declared?[axis].Size is { } size && size != shape[axis])
                {
                    throw new InferenceException($"--shape {name}: expected the fixed size {size} in dimension {axis}, got {shape[axis]}. Change only batch and named dimensions.");
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

    /// <summary>The size assumed for an unknown dimension: one row, 224 pixels, otherwise 16.</summary>
    public static long Assumed(int axis, int rank) => axis == 0 ? 1 : rank == 4 && axis >= 2 ? 224 : 16;

    /// <summary>The shape to resize an input to; null if it is unchanged.</summary>
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

    // The number of rows of the first input with a dynamic first dimension.
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
