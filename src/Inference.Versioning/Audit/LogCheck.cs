using Inference.Decisions;
using Inference.Versioning.Signing;
using Inference.Versioning.State;

namespace Inference.Versioning.Audit;

/// <summary>Follows the records of a log, and remembers their hashes.</summary>
/// <param name="trusted">The keys that verify signatures; null to leave signatures unverified.</param>
internal sealed class LogCheck(TrustedKeys? trusted)
{
    private readonly List<string> _hashes = [];
    private bool _repeats;

    /// <summary>The sequence number of the first record; 0 if there is none.</summary>
    public long First { get; private set; }

    /// <summary>The last record; null if there is none.</summary>
    public Decision? Head { get; private set; }

    /// <summary>The model that signatures state.</summary>
    public string? Model { get; private set; }

    /// <summary>The number of signatures.</summary>
    public int Signatures { get; private set; }

    /// <summary>The last record that a signature covers.</summary>
    public long SignedTo { get; private set; }

    /// <summary>The number of records.</summary>
    public long Records => _hashes.Count;

    /// <summary>The hash of a record; null if it is not in the log.</summary>
    public string? HashOf(long sequence) => First > 0 && sequence >= First && sequence - First < _hashes.Count ? _hashes[(int)(sequence - First)] : null;

    /// <summary>Begins another file: it may repeat records of the one before, because a file whose writer died while it was archived exists twice.</summary>
    public void BeginFile() => (_repeats, LastInFile) = (Head is not null, 0);

    /// <summary>The sequence number of the last record in the file; 0 if it has none.</summary>
    public long LastInFile { get; private set; }

    /// <summary>Takes a record; returns why it is not the next one, or null.</summary>
    public string? Add(Decision record)
    {
        bool follows = LastInFile == 0 || record.Sequence == LastInFile + 1;
        if (_repeats && follows && HashOf(record.Sequence) is { } known)
        {
            LastInFile = record.Sequence;
            return Decision.WhyNotWhole(record) ?? (record.Hash == known ? null : $"record {record.Sequence} differs from the one with the hash {known} before");
        }

        _repeats = false;

        if ((Head is null && record.Action == DecisionActions.Checkpoint ? WhyNotFirst(record) : WhyNotNext(record)) is { } why)
        {
            return why;
        }

        if (record.Action == DecisionActions.Signature)
        {
            string model = record.Facts.GetValueOrDefault(DecisionFacts.Model, "");
            if (trusted is not null && (LogSignature.WhyNot(record, trusted) ?? (Model is null || Model == model ? null : $"the signature is of the log of model '{model}', earlier ones of '{Model}'")) is { } invalid)
            {
                return invalid;
            }

            (Model, SignedTo) = (model, record.Sequence - 1);
            Signatures++;
        }

        if (Head is null)
        {
            First = record.Sequence;
        }

        (Head, LastInFile) = (record, record.Sequence);
        _hashes.Add(record.Hash);
        return null;
    }

    // A cut log joined again has a record whose predecessor is missing; say so rather than only that hashes differ.
    private string? WhyNotNext(Decision record)
    {
        if (Decision.WhyNotAfter(Head, record) is not { } why)
        {
            return null;
        }

        long expected = (Head?.Sequence ?? 0) + 1;
        return Decision.WhyNotWhole(record) is not null ? $"the record was changed: {why}"
            : record.Sequence > expected ? $"{record.Sequence - expected} records before it are missing (the log was cut and joined again): {why}"
            : $"the record is not the one that followed here: {why}";
    }

    private static string? WhyNotFirst(Decision record) =>
        Decision.WhyNotWhole(record) ?? (record.Sequence > 0 && record.Facts.TryGetValue(DecisionFacts.State, out string? state) && StateJson.TryParseState(state) is not null ? null : "expected a checkpoint with the state so far");
}
