namespace Inference;

/// <summary>The sequence that a call belongs to, and where in it the call is; see <see cref="RunContext.Sequence"/>. Immutable. <see cref="Sequence"/> makes these by itself; a transport makes them from its requests.</summary>
public sealed class SequenceCall
{
    /// <summary>The largest length of an id, in UTF-16 code units.</summary>
    public const int MaxIdLength = 256;

    /// <summary>A call that continues a sequence.</summary>
    /// <param name="id">The sequence's id; unique among those of the same <see cref="RunContext.Tenant"/>.</param>
    /// <exception cref="InvalidInputException">The id is empty or longer than <see cref="MaxIdLength"/>.</exception>
    public SequenceCall(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length is 0 or > MaxIdLength)
        {
            throw new InvalidInputException($"A sequence's id: expected 1 to {MaxIdLength} characters, got {id.Length}. Use a shorter id, such as a GUID.");
        }

        Id = id;
    }

    /// <summary>The sequence's id.</summary>
    public string Id { get; }

    /// <summary>Whether the call begins the sequence, anew if there is one with its id; false by default.</summary>
    public bool Start { get; init; }

    /// <summary>Whether the sequence ends with the call, if it succeeds; false by default.</summary>
    public bool End { get; init; }

    /// <summary>The states that the sequence begins with, by the names of the model's inputs; null, the default, for those of the options. Read where the call begins the sequence; owned by the caller.</summary>
    public NamedValues? InitialStates { get; init; }

    /// <summary>The object whose calls these are: its first call begins the sequence, and no other object's sequence with the same id is continued. Null where the calls say so themselves.</summary>
    internal Sequence? Owner { get; init; }
}
