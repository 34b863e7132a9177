namespace Inference.Decisions.Tests;

/// <summary>What every store of decisions keeps; each test has a log of its own.</summary>
public abstract class DecisionStoreSuite
{
    private readonly string _model = $"model {Guid.NewGuid():N}";

    protected abstract IDecisionStore Store { get; }

    protected async Task ReadsWhatWasWritten()
    {
        Decision first = Draft("first \"quoted\" ä\u2028") .After(null), second = Draft("second").After(first);
        Assert.Null(await Store.ReadHeadAsync(_model));
        Assert.Empty((await Store.ReadAllAsync(_model)).Records);

        Assert.True(await Store.TryAppendAsync(_model, first));
        Assert.True(await Store.TryAppendAsync(_model, second));

        Assert.Equal(second.Hash, (await Store.ReadHeadAsync(_model))!.Hash);
        IReadOnlyList<Decision> all = (await Store.ReadAllAsync(_model)).Records;
        Assert.Equal([first.Hash, second.Hash], all.Select(r => r.Hash));
        Assert.Null(Decision.WhyNotWhole(all[0]));
        Assert.Equal([second.Hash], (await Store.ReadAfterAsync(_model, 1)).Records.Select(r => r.Hash));
        Assert.Empty((await Store.ReadAfterAsync(_model, 2)).Records);
        Assert.Null(await Store.ReadHeadAsync(_model + " other"));
    }

    protected async Task RefusesWhatDoesNotFollow()
    {
        Decision first = Draft("first").After(null), second = Draft("second").After(first);
        Assert.False(await Store.TryAppendAsync(_model, second));
        Assert.True(await Store.TryAppendAsync(_model, first));
        Assert.False(await Store.TryAppendAsync(_model, first));
        Assert.False(await Store.TryAppendAsync(_model, Draft("another first").After(null)));

        // A log that has records takes no checkpoint from elsewhere.
        Assert.False(await Store.TryAppendAsync(_model, Checkpoint(7)));
        Assert.Single((await Store.ReadAllAsync(_model)).Records);
    }

    protected async Task TakesTheCheckpointOfALostLog()
    {
        Decision checkpoint = Checkpoint(7);
        Decision next = Draft("next").After(checkpoint);

        Assert.True(await Store.TryAppendAsync(_model, checkpoint));
        Assert.True(await Store.TryAppendAsync(_model, next));

        Assert.Equal([8L, 9L], (await Store.ReadAllAsync(_model)).Records.Select(r => r.Sequence));
        Assert.Equal([9L], (await Store.ReadAfterAsync(_model, 8)).Records.Select(r => r.Sequence));
        Assert.Equal([8L, 9L], (await Store.ReadAfterAsync(_model, 3)).Records.Select(r => r.Sequence));
    }

    protected async Task RefusesARecordThatWasChanged()
    {
        Decision record = Draft("first").After(null);
        var changed = new Decision { Sequence = 1, At = record.At, Action = record.Action, Version = "9", Actor = record.Actor, Reason = record.Reason, Previous = record.Previous, Hash = record.Hash };

        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.TryAppendAsync(_model, changed));
    }

    /// <summary>Many writers in rounds: in each, all try to follow the same record, and one does.</summary>
    protected async Task OfManyWritersOneIsAdded(Func<IDecisionStore> writer)
    {
        IDecisionStore[] writers = [.. Enumerable.Range(0, 8).Select(_ => writer())];
        Decision? head = null;
        for (int round = 0; round < 25; round++)
        {
            bool[] added = await Task.WhenAll(writers.Select((w, i) => Task.Run(() => w.TryAppendAsync(_model, Draft($"round {round}, writer {i}").After(head)).AsTask())));
            Assert.Equal(1, added.Count(a => a));
            head = await Store.ReadHeadAsync(_model);
            Assert.Equal(round + 1, head!.Sequence);
        }

        DecisionRecords log = await Store.ReadAllAsync(_model);
        Assert.Null(log.Fault);
        Assert.Equal(25, log.Records.Count);
    }

    private static Decision Draft(string reason) => new()
    {
        At = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero).AddTicks(1),
        Action = DecisionActions.Promote,
        Version = "1",
        From = "0",
        Actor = "a test",
        Reason = reason,
        Facts = new Dictionary<string, string> { ["state"] = "{\"a\":1}" },
    };

    // After a record that nobody has.
    private static Decision Checkpoint(long after) => new Decision { At = DateTimeOffset.UnixEpoch, Action = DecisionActions.Checkpoint, Version = "", Actor = DecisionActors.Store, Reason = "lost" }
        .After(new Decision { Sequence = after, At = DateTimeOffset.UnixEpoch, Action = "x", Version = "", Actor = "x", Reason = "x", Hash = new string('a', 64) });
}
