namespace Inference.Execution;

/// <summary>
/// What was stated of the outputs of a step for its latest inputs, so that runs with the same ones do not state it again: types and shapes of the inputs, and the contents of those that
/// were looked at. Belongs to one frame.
/// </summary>
internal sealed class StatedShapes
{
    // Branches and lengths that take turns.
    private const int MaxEntries = 4;

    // Contents that shapes depend on are shapes, axes and lengths; more of them are compared by no one.
    private const long MaxContents = 256;

    private readonly List<Entry> _entries = [];
    private int _oldest;

    /// <summary>What was stated for these inputs; null if nothing is known.</summary>
    public Output[]? Find(ReadOnlySpan<EngineValue?> inputs)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Fits(inputs))
            {
                return entry.Outputs;
            }
        }

        return null;
    }

    /// <summary>Keeps what inference stated, unless it looked at more than is kept.</summary>
    public Output[] Add(ActualInferContext infer, ReadOnlySpan<EngineValue?> inputs)
    {
        var outputs = new Output[infer.OutputCount];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new(infer.OutputValueType(i)?.ElementType ?? ElementType.Undefined, infer.FixedOutputShape(i));
        }

        var known = new Input[inputs.Length];
        for (int i = 0; i < known.Length; i++)
        {
            if (inputs[i] is null)
            {
                continue;
            }

            if (inputs[i] is not Tensor { Type: not ElementType.String } tensor || (infer.WasRead(i) && tensor.ByteCount > MaxContents))
            {
                return outputs;
            }

            known[i] = new(tensor.Type, tensor.Dims.ToArray(), infer.WasRead(i) ? tensor.Bytes.ToArray() : null);
        }

        var entry = new Entry(known, outputs);
        if (_entries.Count < MaxEntries)
        {
            _entries.Add(entry);
        }
        else
        {
            _entries[_oldest] = entry;
            _oldest = (_oldest + 1) % MaxEntries;
        }

        return outputs;
    }

    /// <summary>What was stated of an output.</summary>
    /// <param name="Type">The element type.</param>
    /// <param name="Dims">The shape; null where the run decides.</param>
    internal readonly record struct Output(ElementType Type, long[]? Dims);

    private readonly record struct Input(ElementType Type, long[]? Dims, byte[]? Contents);

    private sealed class Entry(Input[] inputs, Output[] outputs)
    {
        public Output[] Outputs => outputs;

        public bool Fits(ReadOnlySpan<EngineValue?> values)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                ref readonly Input known = ref inputs[i];
                if (known.Dims is null)
                {
                    if (values[i] is not null)
                    {
                        return false;
                    }
                }
                else if (values[i] is not Tensor tensor || tensor.Type != known.Type || !tensor.Dims.SequenceEqual(known.Dims)
                    || (known.Contents is not null && !tensor.Bytes.SequenceEqual(known.Contents)))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
