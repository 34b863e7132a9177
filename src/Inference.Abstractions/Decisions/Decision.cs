using System.Collections.ObjectModel;

namespace Inference.Decisions;

/// <summary>A record of a model's decision log. Each record contains the hash of the previous one, so that no record can be changed, removed or inserted unnoticed. Immutable.</summary>
/// <remarks>
/// <para><see cref="Hash"/> is SHA-256 over UTF-8 lines, each ended by a line feed: <see cref="Previous"/>; <c>sequence N</c>; <c>at T</c>, T in UTC as <c>yyyy-MM-ddTHH:mm:ss.fffffffZ</c>; then <c>action</c>, <c>version</c>,
/// <c>from</c> (omitted if null), <c>actor</c> and <c>reason</c>, each followed by a space, the length of its text in bytes, a space and the text; then for each fact, ordered by the bytes of its name,
/// <c>fact</c>, the name and the value, both with their lengths.</para>
/// <para>Logs may contain records with actions unknown to this version of the library: they are part of the chain and have no effect.</para>
/// </remarks>
public sealed class Decision
{
    /// <summary><see cref="Previous"/> of the first record: 64 zeros.</summary>
    public const string NoPrevious = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>The position in the log, from 1; 0 before it has one.</summary>
    public long Sequence { get; init; }

    /// <summary>The time of the decision, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The action: one of <see cref="DecisionActions"/>, or an action of a later version.</summary>
    public required string Action { get; init; }

    /// <summary>The version concerned; empty if there is none.</summary>
    public required string Version { get; init; }

    /// <summary>The version that previously served or had the label; null for none.</summary>
    public string? From { get; init; }

    /// <summary>Who decided: a name given by an operator, or one of <see cref="DecisionActors"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>The reason for the decision.</summary>
    public required string Reason { get; init; }

    /// <summary>Further facts, by name: <c>stamp</c>, <c>label</c>, <c>percent</c>, <c>ceiling</c>, …</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The hash of the previous record, 64 lower-case hexadecimal digits; <see cref="NoPrevious"/> for the first. Empty before it has a place in a log.</summary>
    public string Previous { get; init; } = "";

    /// <summary>The hash of this record, 64 lower-case hexadecimal digits. Empty before it has a place in a log.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Computes the hash of a record with this content.</summary>
    /// <exception cref="ArgumentException">A string is null or not valid Unicode, so that it has no UTF-8 form.</exception>
    public static string ComputeHash(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return DecisionHash.Compute(decision);
    }

    /// <summary>Returns why a record cannot follow another in a log: its sequence or previous hash does not continue, or its content does not match its hash. Null if it can.</summary>
    /// <param name="head">The previous record; null for none.</param>
    /// <param name="decision">The record.</param>
    public static string? WhyNotAfter(Decision? head, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.Sequence != (head?.Sequence ?? 0) + 1)
        {
            return $"expected sequence {(head?.Sequence ?? 0) + 1}, got {decision.Sequence}";
        }

        string previous = head?.Hash ?? NoPrevious;
        return decision.Previous != previous ? $"expected the hash {previous} of the previous record, got '{decision.Previous}'" : WhyNotWhole(decision);
    }

    /// <summary>Whether a store that ends with <paramref name="head"/> adds a record: one that follows it, or in an empty log the checkpoint of a log that was lost.</summary>
    /// <param name="head">The last record; null for none.</param>
    /// <param name="decision">The record.</param>
    public static bool MayAppend(Decision? head, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return head is null && decision is { Action: DecisionActions.Checkpoint, Sequence: > 0 } ? WhyNotWhole(decision) is null : WhyNotAfter(head, decision) is null;
    }

    /// <summary>Returns why the content of a record differs from what was written. Null if it does not.</summary>
    public static string? WhyNotWhole(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        try
        {
            string hash = DecisionHash.Compute(decision);
            return decision.Hash == hash ? null : $"expected the hash {hash} for its content, got '{decision.Hash}'";
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Returns this decision with its position in a log.</summary>
    /// <param name="head">The log's last record; null for an empty log.</param>
    /// <exception cref="ArgumentException">A string is null or not valid Unicode.</exception>
    public Decision After(Decision? head)
    {
        Decision placed = With((head?.Sequence ?? 0) + 1, head?.Hash ?? NoPrevious, "");
        return placed.With(placed.Sequence, placed.Previous, DecisionHash.Compute(placed));
    }

    /// <summary>Formats the decision, such as <c>decision 7 (promote '2' by ann: faster)</c>.</summary>
    public override string ToString() => $"decision {Sequence} ({Action} '{Version}' by {Actor}: {Reason})";

    private Decision With(long sequence, string previous, string hash) => new()
    {
        Sequence = sequence,
        At = At,
        Action = Action,
        Version = Version,
        From = From,
        Actor = Actor,
        Reason = Reason,
        Facts = Facts,
        Previous = previous,
        Hash = hash,
    };
}
