using System.Collections.Concurrent;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Caching.Tests;

/// <summary>A distributed cache in memory that fails, hangs or blocks its caller as the test says, and counts.</summary>
internal sealed class FaultyDistributedCache : IDistributedCache
{
    private int _reads;
    private int _writes;

    public ConcurrentDictionary<string, byte[]> Items { get; } = new();

    /// <summary>Holds operations, asynchronously.</summary>
    public Gate Gate { get; } = new();

    /// <summary>Blocks the thread that starts an operation until it is set; null for none.</summary>
    public ManualResetEventSlim? Block { get; set; }

    /// <summary>The error of an operation on a key, thrown before the task is made; null for none.</summary>
    public Func<string, Exception?> FailAtOnce { get; set; } = _ => null;

    /// <summary>The error of an operation on a key, in the task; null for none.</summary>
    public Func<string, Exception?> FailLater { get; set; } = _ => null;

    public int Reads => Volatile.Read(ref _reads);

    public int Writes => Volatile.Read(ref _writes);

    public int Rows => Items.Keys.Count(k => k.StartsWith("inference:row:", StringComparison.Ordinal));

    public byte[]? Get(string key) => throw new NotSupportedException("Only asynchronous operations are expected.");

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Interlocked.Increment(ref _reads);
        Enter(key);
        return ReadAsync(key);
    }

    public void Refresh(string key) => throw new NotSupportedException("Only asynchronous operations are expected.");

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => throw new NotSupportedException("Only asynchronous operations are expected.");

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Items.TryRemove(key, out _);
        return Task.CompletedTask;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException("Only asynchronous operations are expected.");

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Enter(key);
        return WriteAsync(key, value);
    }

    private void Enter(string key)
    {
        Block?.Wait();
        if (FailAtOnce(key) is { } exception)
        {
            throw exception;
        }
    }

    private async Task<byte[]?> ReadAsync(string key)
    {
        await Gate.PassAsync();
        return FailLater(key) is { } exception ? throw exception : Items.GetValueOrDefault(key);
    }

    private async Task WriteAsync(string key, byte[] value)
    {
        await Gate.PassAsync();
        if (FailLater(key) is { } exception)
        {
            throw exception;
        }

        Items[key] = value;
        Interlocked.Increment(ref _writes);
    }
}
