namespace Inference.Operators.Contract;

/// <summary>What a node keeps in the memory of a run for later runs, so that they allocate nothing. One run at a time.</summary>
internal abstract class StepMemory : IMemoryHolder
{
    /// <summary>Bytes kept since <see cref="Release"/>.</summary>
    public long KeptBytes { get; private set; }

    public abstract void Count(MemoryCount count);

    /// <summary>Lets go of the values of the run that are not this object's, and of memory of its own beyond a limit.</summary>
    /// <param name="most">The most bytes to keep.</param>
    public void Release(long most) => KeptBytes = Keep(most);

    /// <summary>As <see cref="Release"/>; returns the bytes kept.</summary>
    protected abstract long Keep(long most);

    /// <summary>Of values that an inner graph returned keeps the tensors, which are this object's: strings, sequences and optionals may be values that were passed in.</summary>
    protected static long Keep(Span<EngineValue?> values, long most)
    {
        long bytes = 0;
        foreach (ref EngineValue? value in values)
        {
            long own = value is Tensor { Owner: PinnedBlock block } ? block.Bytes : 0;
            if (own == 0 || bytes + own > most)
            {
                value = null;
                continue;
            }

            bytes += own;
        }

        return bytes;
    }

    /// <summary>Adds values to a count.</summary>
    protected static void Count(MemoryCount count, ReadOnlySpan<EngineValue?> values)
    {
        foreach (EngineValue? value in values)
        {
            count.Add(value);
        }
    }
}
