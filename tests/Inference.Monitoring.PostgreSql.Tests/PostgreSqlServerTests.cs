using Inference.Feedback;
using Inference.Monitoring.Tests.Feedback;
using Inference.Security;
using Inference.TestSupport;
using Npgsql;

namespace Inference.Monitoring.PostgreSql.Tests;

public sealed class PostgreSqlServerTests
{
    private readonly string _schema = $"test_{Guid.NewGuid():N}";

    [SkippableStoreFact]
    public async Task TwoProcesses_ReportTheSame_EachCountsOnce()
    {
        await using var first = new FedBack(store: Store());
        await using var second = new FedBack(store: Store());
        for (int round = 0; round < 20; round++)
        {
            List<FeedbackReport> reports = [.. Enumerable.Range(0, 50).Select(i => new FeedbackReport(first.Run(i), i))];
            var random = new Random(round);
            FeedbackReport[] shuffled = [.. reports];
            random.Shuffle(shuffled);
            Task<IReadOnlyList<FeedbackAnswer>> here = first.Feedback.ReportAsync(reports).AsTask(), there = second.Feedback.ReportAsync(shuffled).AsTask();
            FeedbackAnswer[] answers = [.. await here, .. await there];
            Assert.Equal(50, answers.Count(a => a == FeedbackAnswer.Accepted));
            Assert.Equal(50, answers.Count(a => a == FeedbackAnswer.Duplicate));
        }

        Assert.Equal(1_000, first.Joined.Count + second.Joined.Count);
        Assert.Equal(1_000, (await second.ReadAsync()).Count);
    }

    [SkippableStoreFact]
    public async Task ManyProcessesOpenAtOnce_TablesAreMadeOnce()
    {
        IFeedbackStore[] stores = [.. Enumerable.Range(0, 12).Select(_ => Store())];
        await Task.WhenAll(stores.Select(s => Task.Run(async () => await s.OpenAsync())));
        foreach (IFeedbackStore store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [SkippableStoreFact]
    public async Task Models_ShareTables_LabelsForOthersAreUnknown()
    {
        await using var ranker = new FedBack(store: Store());
        await using var other = new FedBack(store: Store("other"));
        Guid id = ranker.Run(1);
        Assert.Equal(FeedbackAnswer.Accepted, await ranker.Feedback.ReportAsync(id, 1));
        Assert.Equal(FeedbackAnswer.Unknown, await other.Feedback.ReportAsync(id, 1));
        Assert.Empty(await other.ReadAsync());
    }

    [SkippableStoreFact]
    public async Task Erase_WhileAnotherProcessReports_LeavesNoReport() => await RemoveWhileReporting(static async store => (await store.EraseAsync(DataOwner.OfSubject("ana"))).Reports);

    [SkippableStoreFact]
    public async Task Expire_WhileAnotherProcessReports_LeavesNoReport() => await RemoveWhileReporting(static async store => await store.ExpireAsync(DateTimeOffset.UtcNow, 10));

    [SkippableStoreFact]
    public async Task Erase_OfWhatIsGone_VacuumsAgain()
    {
        await using PostgreSqlFeedbackStore store = Store();
        await store.OpenAsync();
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(PostgreSqlServer.Shared.ConnectionString);
        Assert.Equal((0, 0), await store.EraseAsync(DataOwner.OfSubject("ana")));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ReadAsync(source, $"SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = '{_schema}' AND vacuum_count = 1") != 2)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    [SkippableStoreFact]
    public async Task ServerCrashesUnderLoad_CallsAreAnsweredAndEachReportIsWrittenOnce()
    {
        using var server = new PostgreSqlServer(own: true);
        await using var f = new FedBack(
            o =>
            {
                o.MaxBackoff = TimeSpan.FromMilliseconds(50);
                o.StoreTimeout = TimeSpan.FromSeconds(20);
            },
            new PostgreSqlFeedbackStore(server.ConnectionString, "fake"));
        var made = new List<FeedbackReport>();
        var answers = new List<FeedbackAnswer>();
        Task crashing = Task.CompletedTask;
        for (int round = 0; round < 150; round++)
        {
            List<FeedbackReport> reports = [.. Enumerable.Range(0, 20).Select(i => new FeedbackReport(f.Run(i), i))];
            made.AddRange(reports);
            answers.AddRange(await f.Feedback.ReportAsync(reports));
            if (round % 50 == 20)
            {
                await crashing;
                crashing = Task.Run(() =>
                {
                    server.Crash();
                    Thread.Sleep(100);
                    server.Restart();
                });
            }
        }

        await crashing;
        await Eventually.TrueAsync(() => f.Snapshot is { QueuedReports: 0, Store: FeedbackStoreState.Available });
        Assert.All(answers, a => Assert.True(a is FeedbackAnswer.Accepted or FeedbackAnswer.Queued));
        Assert.Equal(made.Select(r => r.PredictionId).Order(), (await f.ReadAsync()).Select(j => j.PredictionId).Order());
        Assert.Equal(made.Count, f.Joined.Count);
        Assert.All(await f.Feedback.ReportAsync(made), a => Assert.Equal(FeedbackAnswer.Duplicate, a));
    }

    [SkippableStoreFact]
    public async Task TablesOfAnotherVersion_AreRefused()
    {
        await using (IFeedbackStore store = Store())
        {
            await store.OpenAsync();
        }

        await PostgreSqlServer.Shared.ExecuteAsync($"UPDATE {_schema}.feedback_version SET version = 9");
        await using IFeedbackStore again = Store();
        FeedbackStoreException exception = await Assert.ThrowsAsync<FeedbackStoreException>(async () => await again.OpenAsync());
        Assert.Contains("expected version 2 of the tables of feedback, got 9", exception.Message, StringComparison.Ordinal);
    }

    [SkippableStoreFact]
    public async Task UserWithoutRights_IsTold()
    {
        await PostgreSqlServer.Shared.ExecuteAsync($"CREATE ROLE {_schema} LOGIN PASSWORD 'reader'");
        string user = new NpgsqlConnectionStringBuilder(PostgreSqlServer.Shared.ConnectionString) { Username = _schema, Password = "reader" }.ToString();
        await using var store = new PostgreSqlFeedbackStore(user, "fake", _schema);
        Assert.Contains("Grant it", (await Assert.ThrowsAsync<FeedbackStoreException>(async () => await store.OpenAsync())).Message, StringComparison.Ordinal);

        // With tables made by another user, rows are all it needs.
        await using (IFeedbackStore owner = Store())
        {
            await owner.OpenAsync();
        }

        await PostgreSqlServer.Shared.ExecuteAsync($"GRANT USAGE ON SCHEMA {_schema} TO {_schema}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {_schema} TO {_schema}");
        await using var f = new FedBack(store: new PostgreSqlFeedbackStore(user, "fake", _schema));
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(f.Run(1), 1));
    }

    [Fact]
    public async Task NoServer_CallsAreAnsweredAndReportsQueued()
    {
        await using var f = new FedBack(store: new PostgreSqlFeedbackStore("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2", "fake"));
        Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(f.Run(1), 1));
        Assert.Contains("does not answer", f.Snapshot.StoreError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("1st")]
    [InlineData("a; DROP TABLE b")]
    public void Schema_NotAName_IsRefused(string schema) => Assert.Throws<ArgumentException>(() => new PostgreSqlFeedbackStore("Host=127.0.0.1", "fake", schema));

    private async Task RemoveWhileReporting(Func<IFeedbackStore, Task<long>> remove)
    {
        await using PostgreSqlFeedbackStore store = Store();
        await store.OpenAsync();
        var prediction = new KeptPrediction { Id = Guid.CreateVersion7(), At = DateTimeOffset.UtcNow.AddDays(-2), ModelVersion = "1", Subject = "ana" };
        await store.WriteAsync([prediction], []);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(PostgreSqlServer.Shared.ConnectionString);
        await using NpgsqlConnection other = await source.OpenConnectionAsync();
        NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await ExecuteAsync(other, $"SELECT FROM {_schema}.feedback_predictions FOR UPDATE");
        Task<long> removing = Task.Run(() => remove(store));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ReadAsync(source, $"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{_schema}%'") == 0)
        {
            await Task.Delay(10, limit.Token);
        }

        await ExecuteAsync(other, $"INSERT INTO {_schema}.feedback_reports (model, prediction, \"row\", name, number, at, receipt) SELECT model, id, 0, 'label', 1, 0, 1 FROM {_schema}.feedback_predictions");
        await transaction.CommitAsync();
        Assert.Equal(1, await removing);
        Assert.Equal(0, await ReadAsync(source, $"SELECT count(*) FROM {_schema}.feedback_predictions"));
        Assert.Equal(0, await ReadAsync(source, $"SELECT count(*) FROM {_schema}.feedback_reports"));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using NpgsqlCommand command = new(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ReadAsync(NpgsqlDataSource source, string query)
    {
        await using NpgsqlCommand command = source.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private PostgreSqlFeedbackStore Store(string model = "fake") => new(PostgreSqlServer.Shared.ConnectionString, model, _schema);
}
