using System.Collections.ObjectModel;

namespace Inference.Decisions;

/// <summary>One record of a model's log of decisions. Each holds the hash of the one before, so that none can be changed, left out or put in without notice. Immutable.</summary>
/// <remarks>
/// <para><see cref="Hash"/> is SHA-256 over UTF-8 lines, each ended by a line feed: <see cref="Previous"/>; <c>sequence N</c>; <c>at T</c>, T in UTC as <c>yyyy-MM-ddTHH:mm:ss.fffffffZ</c>; then <c>action</c>, <c>version</c>,
/// <c>from</c> (left out where null), <c>actor</c> and <c>reason</c>, each followed by a space, the length of its text in bytes, a space and the text; then for each fact, in the order of its name's bytes,
/// <c>fact</c>, the name and the value, both with their lengths.</para>
/// <para>Logs may hold records whose action this version of the library does not know: they are part of the chain and change nothing.</para>
/// </remarks>
public sealed class Decision
{
    /// <summary><see cref="Previous"/> of the first record: 64 zeros.</summary>
    public const string NoPrevious = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Its place in the log, from 1; 0 before it has one.</summary>
    public long Sequence { get; init; }

    /// <summary>When it was decided, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was decided: one of <see cref="DecisionActions"/>, or an action of a later version.</summary>
    public required string Action { get; init; }

    /// <summary>The version it is about; empty where it is about none.</summary>
    public required string Version { get; init; }

    /// <summary>The version that served, or had the label, before; null for none.</summary>
    public string? From { get; init; }

    /// <summary>Who decided: a name that an operator gave, or one of <see cref="DecisionActors"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>The reason for the decision.</summary>
    public required string Reason { get; init; }

    /// <summary>What else follows from it, by name: <c>stamp</c>, <c>label</c>, <c>percent</c>, <c>ceiling</c>, …</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The hash of the record before, 64 lower-case hexadecimal digits; <see cref="NoPrevious"/> for the first. Empty before it has a place in a log.</summary>
    public string Previous { get; init; } = "";

    /// <summary>Its own hash, 64 lower-case hexadecimal digits. Empty before it has a place in a log.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The hash that a record of this content has.</summary>
    /// <exception cref="ArgumentException">A text is null or no valid Unicode, so that it has no bytes.</exception>
    public static string ComputeHash(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return DecisionHash.Compute(decision);
    }

    /// <summary>Why a record cannot stand in a log after another: a sequence or hash that does not go on, or a content that does not have its hash. Null where it can.</summary>
    /// <param name="head">The record before; null for none.</param>
    /// <param name="decision">The record.</param>
    public static string? WhyNotAfter(Decision? head, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.Sequence != (head?.Sequence ?? 0) + 1)
        {
            return $"expected sequence {(head?.Sequence ?? 0) + 1}, got {decision.Sequence}";
        }

        string previous = head?.Hash ?? NoPrevious;
        return decision.Previous != previous ? $"expected the hash {previous} of the record before, got '{decision.Previous}'" : WhyNotWhole(decision);
    }

    /// <summary>Why a record does not have the content it was written with. Null where it has.</summary>
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

    /// <summary>This decision with its place in a log.</summary>
    /// <param name="head">The log's last record; null for an empty log.</param>
    /// <exception cref="ArgumentException">A text is null or no valid Unicode.</exception>
    public Decision After(Decision? head)
    {
        Decision placed = With((head?.Sequence ?? 0) + 1, head?.Hash ?? NoPrevious, "");
        return placed.With(placed.Sequence, placed.Previous, DecisionHash.Compute(placed));
    }

    /// <summary>In words: <c>decision 7 (promote '2' by ann: faster)</c>.</summary>
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
