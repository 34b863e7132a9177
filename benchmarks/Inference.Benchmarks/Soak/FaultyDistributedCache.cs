using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Inference.Benchmarks.Soak;

/// <summary>A second level that is slow, fails, or answers with damaged bytes every now and then.</summary>
internal sealed class FaultyDistributedCache(SoakReport report) : IDistributedCache
{
    private const int MaxEntries = 4096;
    private readonly ConcurrentDictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await FaultAsync(token).ConfigureAwait(false);
        if (!_entries.TryGetValue(key, out byte[]? bytes))
        {
            return null;
        }

        if (Random.Shared.Next(50) == 0)
        {
            Interlocked.Increment(ref report.CacheFaults);
            return bytes[..(bytes.Length / 2)];
        }

        return bytes;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => SetAsync(key, value, options).GetAwaiter().GetResult();

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await FaultAsync(token).ConfigureAwait(false);
        if (_entries.Count < MaxEntries)
        {
            _entries[key] = value;
        }
    }

    public void Refresh(string key)
    {
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => _entries.TryRemove(key, out _);

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    private async ValueTask FaultAsync(CancellationToken token)
    {
        switch (Random.Shared.Next(100))
        {
            case 0:
                Interlocked.Increment(ref report.CacheFaults);
                throw new IOException("The cache server is gone.");
            case 1:
                Interlocked.Increment(ref report.CacheFaults);
                await Task.Delay(100, token).ConfigureAwait(false);
                break;
        }
    }
}
