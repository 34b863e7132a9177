using Inference.Decisions.PostgreSql;
using Inference.Monitoring.PostgreSql.Tests;

namespace Inference.Decisions.Tests;

public sealed class PostgreSqlDecisionStoreTests : DecisionStoreSuite, IAsyncLifetime
{
    private const string Kind = "postgres";
    private readonly string _schema = $"test_{Guid.NewGuid():N}";
    private readonly List<PostgreSqlDecisionStore> _stores = [];

    protected override IDecisionStore Store => _stores.Count == 0 ? Make() : _stores[0];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (PostgreSqlDecisionStore store in _stores)
        {
            await store.DisposeAsync();
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
    public Task Append_ManyWriters_OneIsAdded() => OfManyWritersOneIsAdded(Make);

    [Fact]
    public async Task Read_NoServer_ThrowsOurError()
    {
        await using var store = new PostgreSqlDecisionStore("Host=127.0.0.1;Port=1;Username=u;Password=p;Timeout=2");

        DecisionStoreException error = await Assert.ThrowsAsync<DecisionStoreException>(async () => await store.ReadHeadAsync("m"));

        Assert.StartsWith("Model 'm': the log of decisions in PostgreSQL", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Public")]
    [InlineData("a;b")]
    [InlineData("1a")]
    public void Construct_BadSchema_Throws(string schema) => Assert.Throws<ArgumentException>(() => new PostgreSqlDecisionStore("Host=nowhere", schema));

    private PostgreSqlDecisionStore Make()
    {
        var store = new PostgreSqlDecisionStore(PostgreSqlServer.Shared.ConnectionString, _schema);
        _stores.Add(store);
        return store;
    }
}
