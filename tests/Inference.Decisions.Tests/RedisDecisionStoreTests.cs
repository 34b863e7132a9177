using Inference.Decisions.Redis;
using StackExchange.Redis;

namespace Inference.Decisions.Tests;

public sealed class RedisDecisionStoreTests : DecisionStoreSuite, IAsyncLifetime
{
    private const string Kind = "redis";
    private ConnectionMultiplexer? _connection;

    protected override IDecisionStore Store => new RedisDecisionStore(_connection!);

    public async Task InitializeAsync()
    {
        if (RedisServer.Shared.WhyMissing is null)
        {
            _connection = await ConnectionMultiplexer.ConnectAsync(RedisServer.Shared.Configuration);
        }
    }

    public async Task DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    [StoreFact(Kind)]
    public Task Append_ThenRead_GivesWhatWasWritten() => ReadsWhatWasWritten();

    [StoreFact(Kind)]
    public Task Append_DoesNotFollow_IsRefused() => RefusesWhatDoesNotFollow();

    [StoreFact(Kind)]
    public Task Append_CheckpointOfALostLog_IsTaken() => TakesTheCheckpointOfALostLog();

    [StoreFact(Kind)]
    public Task Append_ChangedRecord_Throws() => RefusesARecordThatWasChanged();

    [StoreFact(Kind)]
    public Task Append_ManyWriters_OneIsAdded() => OfManyWritersOneIsAdded(() => new RedisDecisionStore(_connection!));
}
