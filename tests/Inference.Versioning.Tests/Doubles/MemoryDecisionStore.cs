using Inference.Decisions;

namespace Inference.Versioning.Tests;

/// <summary>A log in memory that replicas share, that can be made to fail, and before whose appends a test can act.</summary>
internal sealed class MemoryDecisionStore : IDecisionStore
{
    private readonly Lock _lock = new();
    private readonly List<Decision> _records = [];

    /// <summary>Why nothing can be written; null for no reason.</summary>
    public string? Unwritable { get; set; }

    /// <summary>Why nothing can be read; null for no reason.</summary>
    public string? Unreadable { get; set; }

    /// <summary>Called before a record is appended, outside the lock.</summary>
    public Action<Decision>? BeforeAppend { get; set; }

    public IReadOnlyList<Decision> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _records.Clear();
        }
    }

    /// <summary>Appends what another replica would.</summary>
    public void Append(Decision decision)
    {
        lock (_lock)
        {
            _records.Add(decision.After(_records.LastOrDefault()));
        }
    }

    public ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) => new(Records.LastOrDefault());

    public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) =>
        Unreadable is { } why ? throw new DecisionStoreException(why) : new(new DecisionRecords { Records = [.. Records.Where(d => d.Sequence > sequence)] });

    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => ReadAfterAsync(model, 0, cancellationToken);

    public ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        if (Unwritable is { } why)
        {
            throw new DecisionStoreException(why);
        }

        BeforeAppend?.Invoke(decision);
        lock (_lock)
        {
            bool follows = _records.Count == 0 && decision.Action == DecisionActions.Checkpoint || Decision.WhyNotAfter(_records.LastOrDefault(), decision) is null;
            if (follows)
            {
                _records.Add(decision);
            }

            return new(follows);
        }
    }
}
