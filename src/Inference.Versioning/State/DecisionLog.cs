using Inference.Decisions;
using Inference.Versioning.Telemetry;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.State;

/// <summary>
/// The decisions known to this process: those in the store, and those made while the store could not be written. Methods must not be called concurrently; properties may be read at any time.
/// </summary>
internal sealed class DecisionLog(IDecisionStore store, string model, TimeProvider clock, ILogger logger, LogSigner? signer = null)
{
    private const int Remembered = 256;

    // A store that refuses records without returning others is defective.
    private const int MostVainAttempts = 100;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly List<Decision> _recent = [];
    private IReadOnlyList<UnwrittenDecision> _pending = [];
    private RepositoryState _written = new();
    private RepositoryState _current = new();
    private Decision? _head;
    private string? _unreadable;
    private string? _unwritten;
    private string? _fault;
    private string? _notice;
    private string? _trouble;
    private bool _isLost;
    private long? _triedAt;
    private int _vain;

    /// <summary>The state after all decisions.</summary>
    public RepositoryState Current => Volatile.Read(ref _current);

    /// <summary>The last known sequence number.</summary>
    public long Sequence => _head?.Sequence ?? 0;

    /// <summary>The last known record; null if there is none.</summary>
    public Decision? Head => _head;

    /// <summary>Whether decisions are not written yet.</summary>
    public bool HasUnwritten => Volatile.Read(ref _pending).Count > 0;

    /// <summary>The current problem: the log cannot be read, is broken, or decisions are not written. Null if there is none.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>The last repair by the store; null if there was none.</summary>
    public string? Notice => Volatile.Read(ref _notice);

    /// <summary>Reads decisions of other processes, and writes those that could not be written before. If the log cannot be read, the known state is kept.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        await ReadOnAsync(cancellationToken).ConfigureAwait(false);
        if (_pending.Count > 0 && !(_triedAt is { } then && clock.GetElapsedTime(then) < s_pause))
        {
            await WriteUnwrittenAsync(cancellationToken).ConfigureAwait(false);
        }

        if (signer?.WhyDue(clock.GetUtcNow()) is { } why)
        {
            await SignAsync(why, cancellationToken).ConfigureAwait(false);
        }

        Tell();
    }

    /// <summary>Signs the records that are not signed, if there is a key. If that fails, it is tried again at the next refresh.</summary>
    /// <param name="reason">Why now.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    public async ValueTask SignAsync(string reason, CancellationToken cancellationToken)
    {
        try
        {
            while (signer is { HasUnsigned: true } && _head is { } head && _pending.Count == 0 && !_isLost && _fault is null && _unreadable is null)
            {
                Decision signature = signer.Sign(model, head, clock.GetUtcNow(), reason);
                if (await store.TryAppendAsync(model, signature, cancellationToken).ConfigureAwait(false))
                {
                    Take(signature);
                }
                else if (!await LoseAsync(cancellationToken).ConfigureAwait(false) && _head == head)
                {
                    return;
                }
            }
        }
        catch (DecisionStoreException exception)
        {
            VersioningLog.NotSigned(logger, model, exception.Message);
        }
    }

    /// <summary>Appends a decision that was made in state <see cref="Current"/>.</summary>
    /// <param name="decision">The decision, without sequence number and hashes.</param>
    /// <param name="holdsUnwritten">Whether it takes effect if it cannot be written; it is then written later.</param>
    /// <param name="cancellationToken">Cancels before anything is changed.</param>
    /// <returns>False if another decision was made first: <see cref="Current"/> has changed; decide again.</returns>
    /// <exception cref="DecisionStoreException">It could not be written and has no effect.</exception>
    public async ValueTask<bool> TryAppendAsync(Decision decision, bool holdsUnwritten, CancellationToken cancellationToken)
    {
        try
        {
            if (_pending.Count > 0)
            {
                RepositoryState before = Current;
                await WriteUnwrittenAsync(cancellationToken).ConfigureAwait(false);
                if (_pending.Count > 0)
                {
                    throw new DecisionStoreException(_unwritten!);
                }

                if (before != Current)
                {
                    return false;
                }
            }

            if (!await TryWriteAsync(decision, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            _unwritten = null;
            if (signer?.WhyDue(clock.GetUtcNow()) is { } why)
            {
                await SignAsync(why, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (DecisionStoreException exception)
        {
            _triedAt = clock.GetTimestamp();
            if (!holdsUnwritten)
            {
                throw;
            }

            _unwritten = exception.Message;
            Volatile.Write(ref _pending, [.. _pending, new UnwrittenDecision(decision, Current)]);
            Fold();
            VersioningLog.NotWritten(logger, model, decision.Action, decision.Version, decision.Actor, exception.Message);
        }
        finally
        {
            Tell();
        }

        return true;
    }

    /// <summary>The last decision about a version after a sequence number that satisfies a condition; null if there is none among the last ones.</summary>
    public Decision? LastAfter(long sequence, Func<Decision, bool> holds) => _recent.LastOrDefault(d => d.Sequence > sequence && holds(d));

    /// <summary>Reads all stored records, oldest first, followed by those that are not written yet.</summary>
    /// <exception cref="DecisionStoreException">The log cannot be read.</exception>
    public async ValueTask<IReadOnlyList<Decision>> ReadAllAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<UnwrittenDecision> pending = Volatile.Read(ref _pending);
        DecisionRecords all = await store.ReadAllAsync(model, cancellationToken).ConfigureAwait(false);
        return [.. all.Records, .. pending.Select(static p => p.Decision)];
    }

    private async ValueTask ReadOnAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Including the last known one, to detect a log that was replaced.
            DecisionRecords read = await store.ReadAfterAsync(model, Math.Max(0, Sequence - 1), cancellationToken).ConfigureAwait(false);
            if (_head is { } head && WhyReplaced(head, read.Records) is { } why)
            {
                if (read.Fault is not null)
                {
                    // Broken before the last known record: the known state is kept.
                    Break(read.Fault);
                    return;
                }

                if (_unreadable is null)
                {
                    VersioningLog.LogUnreadable(logger, model, why);
                }

                read = await store.ReadAfterAsync(model, 0, cancellationToken).ConfigureAwait(false);
                if (read.Records.Count == 0)
                {
                    // Lost: the known state is kept, and the next decision starts the log again with it.
                    (_isLost, _unreadable) = (true, why);
                    return;
                }

                (_head, _written) = (null, new RepositoryState());
                _recent.Clear();
                signer?.Reset();
            }

            (_isLost, _unreadable, _notice) = (false, null, read.Notice);
            Break(read.Fault);
            foreach (Decision decision in read.Records.SkipWhile(d => d.Sequence <= Sequence))
            {
                Take(decision);
            }
        }
        catch (DecisionStoreException exception)
        {
            if (_unreadable != exception.Message)
            {
                VersioningLog.LogUnreadable(logger, model, exception.Message);
            }

            _unreadable = exception.Message;
        }
    }

    private void Break(string? fault)
    {
        if (fault is not null && fault != _fault)
        {
            VersioningLog.LogUnreadable(logger, model, fault);
        }

        _fault = fault;
    }

    private static string? WhyReplaced(Decision head, IReadOnlyList<Decision> records)
    {
        if (records.Count == 0)
        {
            return $"expected record {head.Sequence}, found none: the log was truncated, removed or replaced.";
        }

        Decision first = records[0];
        bool follows = first.Sequence == head.Sequence ? first.Hash == head.Hash : first.Action == DecisionActions.Checkpoint && first.Sequence > head.Sequence;
        return follows ? null : $"expected record {head.Sequence} with hash {head.Hash}, found another: the log was replaced.";
    }

    private void Take(Decision decision)
    {
        _head = decision;
        signer?.Observe(decision);
        _written = DecisionFold.Apply(_written, decision);
        if (_recent.Count == Remembered)
        {
            _recent.RemoveAt(0);
        }

        if (decision.Action is not (DecisionActions.Load or DecisionActions.Publish or DecisionActions.Options or DecisionActions.Key or DecisionActions.Erase or DecisionActions.Signature))
        {
            _recent.Add(decision);
        }

        _vain = 0;
        Fold();
    }

    private async ValueTask<bool> TryWriteAsync(Decision decision, CancellationToken cancellationToken)
    {
        if (_isLost)
        {
            Decision checkpoint = Checkpoints.Of(_written, clock, "the log was lost and is started again from the state known to this process").After(_head);
            if (!await store.TryAppendAsync(model, checkpoint, cancellationToken).ConfigureAwait(false))
            {
                return await LoseAsync(cancellationToken).ConfigureAwait(false);
            }

            (_isLost, _unreadable) = (false, null);
            Take(checkpoint);
        }

        Decision placed = decision.After(_head);
        if (!await store.TryAppendAsync(model, placed, cancellationToken).ConfigureAwait(false))
        {
            return await LoseAsync(cancellationToken).ConfigureAwait(false);
        }

        Take(placed);
        return true;
    }

    private async ValueTask<bool> LoseAsync(CancellationToken cancellationToken)
    {
        await ReadOnAsync(cancellationToken).ConfigureAwait(false);
        if (_unreadable is { } why && !_isLost)
        {
            throw new DecisionStoreException(why);
        }

        return ++_vain < MostVainAttempts ? false
            : throw new DecisionStoreException($"Model '{model}': the store of decisions refused {MostVainAttempts} records after {Sequence} without returning another one. Check the store.");
    }

    private async ValueTask WriteUnwrittenAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_pending.Count > 0)
            {
                Decision made = _pending[0].Decision;
                if (_pending[0].Rebase(_written, clock.GetUtcNow()) is not { } decision)
                {
                    Decision? other = _recent.LastOrDefault(d => d.Action is DecisionActions.Default or DecisionActions.Promote or DecisionActions.Rollback);
                    VersioningLog.Superseded(logger, model, made.Action, made.Version, made.Actor, other?.ToString() ?? "the state of the log");
                    _pending = [.. _pending.Skip(1)];
                }
                else if (await TryWriteAsync(decision, cancellationToken).ConfigureAwait(false))
                {
                    _pending = [.. _pending.Skip(1)];
                    VersioningLog.WrittenLate(logger, model, _head!.ToString());
                }
            }

            (_unwritten, _triedAt) = (null, null);
        }
        catch (DecisionStoreException exception)
        {
            (_unwritten, _triedAt) = (exception.Message, clock.GetTimestamp());
        }

        Fold();
    }

    private void Fold() => Volatile.Write(ref _current, DecisionFold.Apply(_written, _pending.Select(static p => p.Decision)));

    private void Tell()
    {
        string? trouble = _pending.Count > 0 ? $"{_pending.Count} decisions are not written and are in effect in memory only: {_unwritten}" : null;
        trouble ??= _fault is not null ? $"The log of decisions is broken and nothing is appended to it: {_fault}." : null;
        trouble ??= _unreadable is not null ? $"The log of decisions cannot be read: {_unreadable}" : null;
        Volatile.Write(ref _trouble, trouble);
    }
}
