namespace Inference.Ir;

/// <summary>Adds up the memory of values, what several of them share once. Not thread-safe.</summary>
internal sealed class MemoryCount
{
    // Header, length and terminator of a string, and what each element of an array of objects takes.
    private const long StringOverhead = 22;
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes found so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The memory of a string of so many characters, bytes.</summary>
    public static long OfString(long length) => (StringOverhead + (2 * length) + 7) & ~7L;

    /// <summary>Adds a value and what it holds; null adds nothing.</summary>
    public void Add(EngineValue? value)
    {
        switch (value)
        {
            case Tensor { Type: ElementType.String } strings:
                Add(strings.Strings);
                Bytes += Tensor.Overhead;
                break;
            case Tensor { Owner: PinnedBlock block } when _seen.Add(block):
                // A view counts its whole block. Memory held by pins belongs to the caller, or is an output, which is claimed.
                Bytes += block.Bytes + Tensor.Overhead;
                break;
            case SequenceData sequence when _seen.Add(sequence.Items):
                Bytes += (long)sequence.Items.Length * nint.Size;
                foreach (EngineValue item in sequence.Items)
                {
                    Add(item);
                }

                break;
            case OptionalData optional:
                Add(optional.Value);
                break;
            case MapData map:
                Add(map.Keys);
                Add(map.Values);
                break;
        }
    }

    /// <summary>Adds memory that is no value's.</summary>
    public void AddBytes(long bytes) => Bytes += bytes;

    /// <summary>Adds an array of strings and their characters.</summary>
    public void Add(ReadOnlySpan<string> strings)
    {
        Bytes += (long)strings.Length * nint.Size;
        foreach (string text in strings)
        {
            if (text is { Length: > 0 } && _seen.Add(text))
            {
                Bytes += OfString(text.Length);
            }
        }
    }

    /// <summary>Takes a value for known, so that it adds nothing where it is found again.</summary>
    public void Skip(EngineValue? value)
    {
        long before = Bytes;
        Add(value);
        Bytes = before;
    }

    /// <summary>Starts again.</summary>
    public void Clear()
    {
        _seen.Clear();
        Bytes = 0;
    }
}
