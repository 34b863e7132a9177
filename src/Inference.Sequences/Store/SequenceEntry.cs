namespace Inference.Sequences.Store;

/// <summary>One sequence. Guarded by the store's lock, except for the states, which belong to the call whose turn it is.</summary>
internal sealed class SequenceEntry(SequenceKey key, Sequence? owner, string? subject, NamedValues? initial)
{
    public SequenceKey Key => key;

    /// <summary>The object whose calls these are; null for none.</summary>
    public Sequence? Owner => owner;

    /// <summary>Whom the call that began it is about; null for nobody.</summary>
    public string? Subject => subject;

    /// <summary>The states that were given to begin with; owned, null for none.</summary>
    public NamedValues? Initial { get; private set; } = initial;

    /// <summary>The states that the last call left, in the order of the options; owned, null before the first call succeeded.</summary>
    public ModelValue[]? States { get; private set; }

    /// <summary>Whether it is some call's turn.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether the store still has it.</summary>
    public bool IsKept { get; set; } = true;

    /// <summary>Whether a call ended it: those that wait are refused.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Calls that wait for their turn, oldest first.</summary>
    public LinkedList<TaskCompletionSource> Waiting { get; } = new();

    /// <summary>Its place among the sequences without calls; null while it has some.</summary>
    public LinkedListNode<SequenceEntry>? Idle { get; set; }

    /// <summary>When it became idle, as a timestamp of the clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Takes over the states that a call left, and frees those before.</summary>
    public void Replace(ModelValue[] states)
    {
        Free();
        States = states;
    }

    /// <summary>Frees all states.</summary>
    public void Free()
    {
        foreach (ModelValue state in States ?? [])
        {
            state.Dispose();
        }

        States = null;
        Initial?.Dispose();
        Initial = null;
    }
}
