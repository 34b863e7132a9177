using System.Globalization;
using StackExchange.Redis;

namespace Inference.Decisions.Redis;

/// <summary>
/// Keeps the decision logs of models in Redis: a list of records for each model, and the hash of the last one, which a script compares before it adds a record. Thread-safe; any number of processes share a log.
/// </summary>
/// <remarks>A record is as durable as the server: without <c>appendonly yes</c> and <c>appendfsync always</c> it may lose acknowledged decisions when it dies, and with replicas when it fails over. Versioning then begins the log again
/// with a checkpoint of what it knows.</remarks>
public sealed class RedisDecisionStore : IDecisionStore
{
    /// <summary>What the keys of logs begin with unless something else is given.</summary>
    public const string DefaultPrefix = "inference:decisions:";

    // Adds a record if the log ends with its predecessor; an empty log takes its first record, or the checkpoint of a log that was lost.
    private const string Append =
        """
        local head = redis.call('HGET', KEYS[2], 'hash')
        if head then
          if head ~= ARGV[1] then return 0 end
        elseif ARGV[1] ~= ARGV[5] and ARGV[6] ~= '1' then
          return 0
        else
          redis.call('HSET', KEYS[2], 'first', ARGV[3])
        end
        redis.call('RPUSH', KEYS[1], ARGV[4])
        redis.call('HSET', KEYS[2], 'hash', ARGV[2], 'sequence', ARGV[3])
        return 1
        """;

    private readonly Func<Task<IDatabase>> _connect;
    private readonly string _prefix;

    /// <summary>Initializes a store on the application's connection.</summary>
    /// <param name="connection">The connection; not disposed with the store.</param>
    /// <param name="prefix">What the keys of logs begin with.</param>
    public RedisDecisionStore(IConnectionMultiplexer connection, string prefix = DefaultPrefix)
        : this(() => Task.FromResult(connection.GetDatabase()), prefix) => ArgumentNullException.ThrowIfNull(connection);

    /// <summary>Initializes a store whose connection is made by the first use.</summary>
    /// <param name="connect">Returns the connection; called for each operation, and must return the same one once it succeeded.</param>
    /// <param name="prefix">What the keys of logs begin with.</param>
    public RedisDecisionStore(Func<Task<IDatabase>> connect, string prefix = DefaultPrefix)
    {
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentNullException.ThrowIfNull(prefix);
        (_connect, _prefix) = (connect, prefix);
    }

    /// <inheritdoc/>
    public ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) => GuardAsync(
        model,
        async database => (byte[]?)await database.ListGetByIndexAsync(Log(model), -1).ConfigureAwait(false) is { } bytes
            ? DecisionJson.TryRead(bytes) ?? throw new DecisionStoreException($"Model '{model}', key '{Log(model)}': expected a record of a decision as the last one, got something else. Restore the list.")
            : null,
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => ReadAfterAsync(model, 0, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => GuardAsync(
        model,
        async database =>
        {
            // Sequences have no gaps, so that a record's index follows from the first one's sequence.
            long first = long.TryParse((string?)await database.HashGetAsync(Head(model), "first").ConfigureAwait(false), NumberStyles.None, CultureInfo.InvariantCulture, out long begin) ? begin : 1;
            RedisValue[] rows = await database.ListRangeAsync(Log(model), Math.Max(0, sequence + 1 - first)).ConfigureAwait(false);
            var records = new List<Decision>(rows.Length);
            foreach (RedisValue row in rows)
            {
                Decision? record = DecisionJson.TryRead((byte[])row!);
                string? why = record is null ? "expected a record of a decision, got something else" : records.Count == 0 ? Decision.WhyNotWhole(record) : Decision.WhyNotAfter(records[^1], record);
                if (why is not null)
                {
                    return new DecisionRecords { Records = records, Fault = $"key '{Log(model)}', record {records.Count + 1} of those after {sequence}: {why}" };
                }

                records.Add(record!);
            }

            return new DecisionRecords { Records = records };
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (Decision.WhyNotWhole(decision) is { } why)
        {
            throw new ArgumentException($"Model '{model}', {decision}: {why}. Make records by Decision.After.", nameof(decision));
        }

        cancellationToken.ThrowIfCancellationRequested();
        bool mayBegin = decision is { Action: DecisionActions.Checkpoint, Sequence: > 0 };
        return GuardAsync(
            model,
            async database => (long)await database.ScriptEvaluateAsync(
                Append,
                [Log(model), Head(model)],
                [decision.Previous, decision.Hash, decision.Sequence, DecisionJson.Write(decision), Decision.NoPrevious, mayBegin ? 1 : 0]).ConfigureAwait(false) == 1,
            CancellationToken.None);
    }

    // One slot of a Redis cluster: a script may only touch keys of one.
    private RedisKey Log(string model) => $"{_prefix}{{{model}}}:log";

    private RedisKey Head(string model) => $"{_prefix}{{{model}}}:head";

    private async ValueTask<T> GuardAsync<T>(string model, Func<IDatabase, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        try
        {
            IDatabase database = await _connect().WaitAsync(cancellationToken).ConfigureAwait(false);
            return await work(database).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new DecisionStoreException($"Model '{model}': the log of decisions in Redis could not be read or written: {exception.Message} Check the configuration and the server.", exception);
        }
    }
}
