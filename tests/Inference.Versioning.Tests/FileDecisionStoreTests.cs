using System.Text;
using Inference.Decisions;
using Inference.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Versioning.Tests;

/// <summary>The log of decisions in files: appended whole or not at all, verified when read, cut when it is long.</summary>
public sealed class FileDecisionStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Log => _folder.File("decisions.jsonl");

    [Fact]
    public async Task Append_OnlyAfterTheHead()
    {
        FileDecisionStore store = Open();
        Decision first = Next(null, "1");
        Assert.True(await store.TryAppendAsync("ranker", first));
        Assert.False(await store.TryAppendAsync("ranker", first));
        Assert.False(await store.TryAppendAsync("ranker", Next(null, "2")));
        Assert.True(await store.TryAppendAsync("ranker", Next(first, "2")));
        Assert.Equal(["1", "2"], (await store.ReadAfterAsync("ranker", 0)).Records.Select(d => d.Version));
        Assert.Equal(["2"], (await store.ReadAfterAsync("ranker", 1)).Records.Select(d => d.Version));
        Assert.Empty((await store.ReadAfterAsync("ranker", 2)).Records);
        Assert.Equal(2, (await store.ReadHeadAsync("ranker"))!.Sequence);
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.TryAppendAsync("ranker", new Decision { Sequence = 3, At = default, Action = "x", Version = "1", Actor = "a", Reason = "r", Hash = "no" }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadHeadAsync("other"));
    }

    [Fact]
    public async Task Append_OfSeveralStores_IsOneChain()
    {
        FileDecisionStore[] stores = [Open(), Open(), Open()];
        int[] lost = new int[stores.Length];
        await Task.WhenAll(stores.Select((store, s) => Task.Run(async () =>
        {
            for (int i = 0; i < 20;)
            {
                Decision? head = await store.ReadHeadAsync("ranker");
                bool done = await store.TryAppendAsync("ranker", Next(head, $"{s}.{i}"));
                i += done ? 1 : 0;
                lost[s] += done ? 0 : 1;
            }
        })));
        IReadOnlyList<Decision> all = (await Open().ReadAllAsync("ranker")).Records;
        Assert.Equal(60, all.Count);
        Assert.Equal(60, all.Select(d => d.Version).Distinct().Count());
        Assert.True(Holds());
    }

    [Theory]
    [InlineData("half a line")]
    [InlineData("{\"sequence\":3,\"at\":\"2026")]
    [InlineData("\0\0\0\0\0\0")]
    [InlineData("\0\0\0\0\0\0\n")]
    [InlineData("{}\n")]
    [InlineData("\n")]
    public async Task TornTail_IsCutAtTheNextAppendAndKept(string tail)
    {
        Decision second = await WriteTwoAsync();
        File.AppendAllText(Log, tail);
        FileDecisionStore store = Open();
        DecisionRecords read = await store.ReadAfterAsync("ranker", 0);
        Assert.Equal((2, null), (read.Records.Count, read.Fault));
        Assert.True(await store.TryAppendAsync("ranker", Next(second, "3")));
        read = await store.ReadAfterAsync("ranker", 0);
        Assert.Equal(["1", "2", "3"], read.Records.Select(d => d.Version));
        Assert.Contains($"({Encoding.UTF8.GetByteCount(tail)} bytes after record 2) was removed", read.Notice);
        Assert.Equal(tail, File.ReadAllText(_folder.File("decisions.torn")));
        Assert.Equal(3, File.ReadAllLines(Log).Length);
    }

    /// <summary>Cut at every byte: what was acknowledged before the last line is never lost, and the log goes on.</summary>
    [Fact]
    public async Task TornTail_AtEveryByte_LosesNothingBefore()
    {
        await WriteTwoAsync();
        byte[] bytes = File.ReadAllBytes(Log);
        int firstLine = Array.IndexOf(bytes, (byte)'\n') + 1;
        for (int length = firstLine; length < bytes.Length; length++)
        {
            File.WriteAllBytes(Log, bytes[..length]);
            FileDecisionStore store = Open();
            Decision head = (await store.ReadHeadAsync("ranker"))!;
            Assert.Equal("1", head.Version);
            Assert.True(await store.TryAppendAsync("ranker", Next(head, "3")));
            Assert.Equal(["1", "3"], (await Open().ReadAfterAsync("ranker", 0)).Records.Select(d => d.Version));
        }
    }

    [Theory]
    [InlineData("\"version\":\"2\"", "\"version\":\"7\"", "line 2: expected the hash")]
    [InlineData("\"sequence\":2", "\"sequence\":4", "line 2: expected sequence 2, got 4")]
    [InlineData("\"sequence\":2,", "\"sequence\":2,\"more\":1,", "line 2: expected a record of a decision")]
    [InlineData("\"sequence\":2,", "\"sequence\":2,\"sequence\":2,", "line 2: expected a record of a decision")]
    [InlineData("\"reason\":\"test 2\"", "\"reason\":null", "line 2")]
    [InlineData("\"action\":\"promote\",\"version\":\"2\"", "\"version\":\"2\"", "line 2: expected a record of a decision")]
    public async Task BrokenChain_KeepsTheGoodPrefixAndAppendsNothing(string from, string to, string expected)
    {
        Decision second = await WriteTwoAsync();
        Decision third = Next(second, "3");
        Assert.True(await Open().TryAppendAsync("ranker", third));
        string text = File.ReadAllText(Log).Replace(from, to);
        File.WriteAllText(Log, text);
        FileDecisionStore store = Open();
        DecisionRecords read = await store.ReadAfterAsync("ranker", 0);
        Assert.Equal(["1"], read.Records.Select(d => d.Version));
        Assert.Contains(expected, read.Fault);
        var refused = await Assert.ThrowsAsync<DecisionStoreException>(async () => await store.TryAppendAsync("ranker", Next(read.Records[0], "4")));
        Assert.Contains("the log of decisions is broken and nothing is appended to it", refused.Message);
        Assert.Equal(text, File.ReadAllText(Log));
        File.WriteAllText(Log, text.Replace(to, from));
        Assert.Null((await store.ReadAfterAsync("ranker", 0)).Fault);
        Assert.True(await store.TryAppendAsync("ranker", Next(third, "4")));
    }

    [Fact]
    public async Task LongLog_GoesAside_AndTheNextBeginsWithTheState()
    {
        FileDecisionStore store = Open(longest: 2_000);
        Decision? head = null;
        var state = new RepositoryState();
        for (int i = 1; i <= 40; i++)
        {
            Decision next = Next(head, i.ToString());
            Assert.True(await store.TryAppendAsync("ranker", next));
            state = DecisionFold.Apply(state, next);
            head = await store.ReadHeadAsync("ranker");
        }

        // Only the last file is left to a reader that comes late.
        foreach (string file in Directory.GetFiles(_folder.Path, "decisions.0*.jsonl").Append(Log))
        {
            Assert.InRange(new FileInfo(file).Length, 1, 8_000);
        }

        IReadOnlyList<Decision> all = (await Open().ReadAllAsync("ranker")).Records;
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(d => d.Sequence));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => i.ToString()), all.Where(d => d.Action != DecisionActions.Checkpoint).Select(d => d.Version));
        Assert.True(all.Count(d => d.Action == DecisionActions.Checkpoint) > 2);
        foreach (string file in Directory.GetFiles(_folder.Path, "decisions.0*.jsonl"))
        {
            File.Delete(file);
        }

        DecisionRecords late = await Open().ReadAfterAsync("ranker", 0);
        Assert.Equal(DecisionActions.Checkpoint, late.Records[0].Action);
        Assert.Equal(StateJson.Text(state), StateJson.Text(DecisionFold.Apply(new RepositoryState(), late.Records)));
        Assert.True(await Open().TryAppendAsync("ranker", Next(head, "41")));
        Assert.True(Holds());
    }

    [Fact]
    public async Task Checkpoint_WithoutAState_BeginsNoLog()
    {
        Decision bad = new Decision { Sequence = 7, At = default, Action = DecisionActions.Checkpoint, Version = "", Actor = DecisionActors.Store, Reason = "x" }.After(await WriteTwoAsync());
        File.WriteAllBytes(Log, [.. StateJson.Line(bad), (byte)'\n']);
        DecisionRecords read = await Open().ReadAfterAsync("ranker", 0);
        Assert.Empty(read.Records);
        Assert.Contains("line 1: expected a checkpoint with the state so far", read.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ half")]
    [InlineData("null")]
    [InlineData("""{"sequence":2,"hash":null,"state":null}""")]
    [InlineData("""{"sequence":2,"hash":"00","state":{"format":1,"rejected":{"1":null}}}""")]
    public async Task StateFile_ThatIsNone_IsWrittenAgainFromTheLog(string content)
    {
        await WriteTwoAsync();
        File.WriteAllText(_folder.File("state.json"), content);
        File.WriteAllText(_folder.File("state.json.0123.tmp"), "left over");
        Assert.False(Holds());
        await Open().ReadHeadAsync("ranker");
        Assert.True(Holds());
        Assert.False(File.Exists(_folder.File("state.json.0123.tmp")));
    }

    [Fact]
    public async Task Lock_HeldByAnother_SaysWho()
    {
        await WriteTwoAsync();
        using (await LogLock.TakeAsync(Path.Combine(_folder.Path, LogLock.OfLog), TimeSpan.FromSeconds(1), default))
        {
            var store = new FileDecisionStore(_folder.Path, "ranker", TimeProvider.System, NullLogger.Instance) { LockWait = TimeSpan.FromMilliseconds(50) };
            Decision head = (await store.ReadHeadAsync("ranker"))!;
            var error = await Assert.ThrowsAsync<DecisionStoreException>(async () => await store.TryAppendAsync("ranker", Next(head, "3")));
            Assert.Contains($"it is held by: process {Environment.ProcessId} on {Environment.MachineName}", error.Message);
        }

        Assert.True(await Open().TryAppendAsync("ranker", Next(await Open().ReadHeadAsync("ranker"), "3")));
    }

    [Fact]
    public async Task Directory_ThatCannotBeMade_IsAnErrorOfTheStore()
    {
        File.WriteAllText(_folder.File("file"), "");
        var store = new FileDecisionStore(_folder.File("file", "state"), "ranker", TimeProvider.System, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<DecisionStoreException>(async () => await store.TryAppendAsync("ranker", Next(null, "1")));
        Assert.Contains("Make the directory writable, or set StateDirectory", error.Message);
    }

    private async Task<Decision> WriteTwoAsync()
    {
        FileDecisionStore store = Open();
        Decision first = Next(null, "1");
        Decision second = Next(first, "2");
        Assert.True(await store.TryAppendAsync("ranker", first));
        Assert.True(await store.TryAppendAsync("ranker", second));
        return second;
    }

    // Whether state.json is what follows from the log.
    private bool Holds()
    {
        var log = new DecisionFile(Log);
        log.Read(0);
        return log.Fault is null && new StateCache(_folder.Path).IsOf(log);
    }

    private FileDecisionStore Open(long longest = FileDecisionStore.LongestLog) => new(_folder.Path, "ranker", TimeProvider.System, NullLogger.Instance) { Longest = longest };

    private static Decision Next(Decision? head, string version) => new Decision
    {
        At = DateTimeOffset.UnixEpoch,
        Action = DecisionActions.Promote,
        Version = version,
        Actor = "ann",
        Reason = "test " + version,
        Facts = new Dictionary<string, string> { [DecisionFacts.Stamp] = "stamp \"quoted\"" },
    }.After(head);
}
