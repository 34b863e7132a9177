using StackExchange.Redis;

namespace Inference.Decisions.Redis;

/// <summary>A connection that is made by its first use, and again if that failed. Thread-safe.</summary>
internal sealed class RedisConnection(string configuration)
{
    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connection;

    public async Task<IDatabase> GetAsync()
    {
        Task<ConnectionMultiplexer> connection;
        lock (_lock)
        {
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _connection = ConnectionMultiplexer.ConnectAsync(configuration);
            }

            connection = _connection;
        }

        return (await connection.ConfigureAwait(false)).GetDatabase();
    }
}
