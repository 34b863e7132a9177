using Inference.Sequences.Diagnostics;

namespace Inference.Sequences.Store;

/// <summary>What is to be done about sequences that ended, once the lock is no longer held.</summary>
internal struct EndedSequences(SequenceInstruments instruments)
{
    private List<string>? _reasons;
    private List<SequenceEntry>? _unused;

    /// <summary>Notes that a sequence is no longer kept.</summary>
    public void Add(string reason) => (_reasons ??= []).Add(reason);

    /// <summary>Notes that nobody uses the states of a sequence any more.</summary>
    public void AddFree(SequenceEntry entry) => (_unused ??= []).Add(entry);

    /// <summary>Frees the states and counts.</summary>
    public readonly void Free()
    {
        foreach (SequenceEntry entry in _unused ?? [])
        {
            entry.Free();
        }

        foreach (string reason in _reasons ?? [])
        {
            instruments.Ended(reason);
        }
    }
}
