using System.Text;
using Inference.Feedback;
using Inference.Monitoring.Tests.Feedback;
using Inference.TestSupport;
using Microsoft.Data.Sqlite;

namespace Inference.Monitoring.Sqlite.Tests;

public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("feedback.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("damaged", "damaged, or is not a database")]
    [InlineData("header", "damaged, or is not a database")]
    [InlineData("text", "damaged, or is not a database")]
    [InlineData("other", "got another database")]
    [InlineData("version", "expected version 2 of the tables, got 7")]
    [InlineData("model", "expected the feedback of model 'fake', got that of 'ranker'")]
    [InlineData("folder", "expected a file that can be made")]
    [InlineData("locked", "another process holds the file's lock")]
    public async Task FileThatCannotBeUsed_IsExplainedAndCallsAreAnswered(string fault, string expected)
    {
        using IDisposable? held = await PrepareAsync(fault);
        await using var f = new FedBack(o => o.StoreTimeout = TimeSpan.FromMinutes(1), new SqliteFeedbackStore(File, "fake"));
        Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(f.Run(1), 1));
        Assert.Equal(FeedbackStoreState.Unavailable, f.Snapshot.Store);
        Assert.Contains(expected, f.Snapshot.StoreError, StringComparison.Ordinal);
        Assert.Contains(File, f.Snapshot.StoreError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileIsLockedWhileInUse_CallsAreAnsweredAndReportsWrittenAfterwards()
    {
        await using var f = new FedBack(o => o.MaxBackoff = TimeSpan.FromMilliseconds(20), new SqliteFeedbackStore(File, "fake"));
        Guid first = f.Run(1);
        Assert.Equal(FeedbackAnswer.Accepted, await f.Feedback.ReportAsync(first, 1));
        using (var held = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            held.Open();
            using SqliteCommand lockAll = held.CreateCommand();
            lockAll.CommandText = "BEGIN IMMEDIATE";
            lockAll.ExecuteNonQuery();
            Assert.Equal(FeedbackAnswer.Queued, await f.Feedback.ReportAsync(f.Run(2), 1));
        }

        await Eventually.TrueAsync(() => f.Snapshot is { QueuedReports: 0, Store: FeedbackStoreState.Available });
        Assert.Equal(2, f.Joined.Count);
        Assert.Equal(2, (await f.ReadAsync()).Count);
    }

    [Fact]
    public async Task Restart_WhatWasAcceptedIsThere()
    {
        Guid id;
        await using (var f = new FedBack(o => o.Score = "y[1]", new SqliteFeedbackStore(File, "fake")))
        {
            id = f.Run(3);
            await f.Feedback.ReportAsync(id, "yes");
        }

        await using var again = new FedBack(store: new SqliteFeedbackStore(File, "fake"));
        JoinedOutcome outcome = Assert.Single(await again.ReadAsync());
        Assert.Equal((id, "yes", 7.0), (outcome.PredictionId, outcome.Value.Text, outcome.Score));
        Assert.Equal(FeedbackAnswer.Duplicate, await again.Feedback.ReportAsync(id, "yes"));
    }

    [UnixFact]
    public async Task NewFile_IsItsOwnersAlone()
    {
        string path = _folder.File("new", "feedback.db");
        await using var f = new FedBack(store: new SqliteFeedbackStore(path, "fake"));
        await f.Feedback.ReportAsync(f.Run(1), 1);
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        foreach (string file in Directory.GetFileSystemEntries(_folder.File("new")).Append(_folder.File("new")))
        {
            Assert.True(OperatingSystem.IsWindows() || (System.IO.File.GetUnixFileMode(file) & others) == UnixFileMode.None);
        }

        Assert.True(System.IO.File.Exists(path + "-wal"));
    }

    [Fact]
    public async Task Erase_NothingOfTheSubjectIsLeftInTheFiles()
    {
        await using var f = new FedBack(
            o =>
            {
                o.Columns.Add(new FeedbackColumnOptions { Name = "x" });
                o.Redact = (_, value) => value.Number >= 1_000_000 ? $"secret-{value.Number}" : $"public-{value.Number}";
                o.StoreTimeout = TimeSpan.FromMinutes(1);
            },
            new SqliteFeedbackStore(File, "fake"));
        var random = new Random(4);
        string? hash = null;
        for (int round = 0; round < 30; round++)
        {
            var reports = new List<FeedbackReport>();
            for (int i = 0; i < 60; i++)
            {
                bool secret = random.Next(5) == 0;
                var context = new RunContext { Subject = secret ? "ana" : "ben" };
                f.Run(context, secret ? 1_000_000 + random.Next(1000) : random.Next(1000));
                reports.Add(new FeedbackReport(context.Record.PredictionId, secret ? "secret-outcome" : "public-outcome"));
            }

            await f.Feedback.ReportAsync(reports);
        }

        List<JoinedOutcome> before = await f.ReadAsync();
        hash = before.First(j => j.Value.Text == "secret-outcome").Prediction.Subject;
        Assert.True(Contains("secret-") && Contains(hash!) && Contains("public-"));
        ErasureReport erased = await f.Runner.GetService<IErasable>()!.EraseAsync("ana");
        Assert.Equal(before.Count(j => j.Value.Text == "secret-outcome"), erased.Reports);
        Assert.False(Contains("secret-"), "A value is left.");
        Assert.False(Contains(hash!), "The hash of the subject is left.");
        Assert.True(Contains("public-"));
        Assert.Equal(before.Count - erased.Reports, (await f.ReadAsync()).Count);
    }

    [Fact]
    public async Task ModelsNames_GiveFilesOfTheirOwn()
    {
        var provider = new SqliteFeedbackProvider(_folder.File("{model}.db"));
        foreach (string name in (string[])["a/b", "a%2Fb", "..", "ü", "a b"])
        {
            await using IFeedbackStore store = provider.Create(FakeModel.Info(name));
            await store.OpenAsync();
        }

        Assert.Equal(5, Directory.GetFiles(_folder.Path, "*.db").Length);
    }

    private bool Contains(string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        return Directory.GetFiles(_folder.Path).Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf(wanted) >= 0;
        });
    }

    private async Task<IDisposable?> PrepareAsync(string fault)
    {
        switch (fault)
        {
            case "text":
                await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat("This is no database. ", 500)));
                return null;
            case "folder":
                Directory.CreateDirectory(File);
                return null;
            case "other":
                Execute("CREATE TABLE orders (id INTEGER)");
                return null;
        }

        await using (var store = new SqliteFeedbackStore(File, fault == "model" ? "ranker" : "fake"))
        {
            await store.OpenAsync();
            await store.WriteAsync([.. Enumerable.Range(0, 2000).Select(_ => new KeptPrediction { Id = Guid.NewGuid(), At = DateTimeOffset.UtcNow, ModelVersion = "1" })], []);
        }

        switch (fault)
        {
            case "version":
                Execute("PRAGMA user_version = 7");
                break;
            case "header":
                await using (var stream = new FileStream(File, FileMode.Open))
                {
                    stream.Position = 20;
                    stream.Write([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
                }

                break;
            case "damaged":
                await using (var stream = new FileStream(File, FileMode.Open))
                {
                    byte[] noise = new byte[stream.Length];
                    new Random(1).NextBytes(noise);
                    stream.Position = 100;
                    stream.Write(noise, 0, noise.Length - 100);
                }

                break;
            case "locked":
                var held = new SqliteConnection($"Data Source={File};Pooling=False");
                held.Open();
                using (SqliteCommand command = held.CreateCommand())
                {
                    command.CommandText = "BEGIN EXCLUSIVE";
                    command.ExecuteNonQuery();
                }

                return held;
        }

        return null;
    }

    private void Execute(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
