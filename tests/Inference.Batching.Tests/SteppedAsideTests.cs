using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Calls that go past batching because it does not pay.</summary>
public class SteppedAsideTests
{
    [Fact]
    public async Task Overload_RowsInFlightAreBounded_TheRestQueuesByPriorityAndIsShed()
    {
        using BatchingFixture f = Aside();
        for (int round = 0; round < 3; round++)
        {
            f.Model.Gate.Close();
            Task<NamedValues>[] direct = [.. Enumerable.Range(0, 8).Select(i => f.Call(i))];
            Assert.Equal(8, f.Model.Active);

            // What has no room goes the way of batches: one in flight and a full queue.
            Task<NamedValues>[] more = [.. Enumerable.Range(8, 60).Select(i => f.Call(i))];
            await Eventually.TrueAsync(() => f.Status.QueuedRows == 8 || f.Status.BatchesInFlight == 1);
            Task<NamedValues>[] accepted = [.. more.Where(c => !c.IsCompleted)];
            Assert.InRange(accepted.Length, 8, 16);
            Assert.All(more.Except(accepted), c => Assert.IsType<OverloadedException>(c.Exception!.InnerException));
            Task<NamedValues> urgent = f.Call(100, new RunContext { Priority = RunPriority.High });
            Assert.InRange(f.Model.Active, 8, 9);
            Assert.InRange(f.Status.QueuedRows, 0, 8);

            // One of the accepted may have had to go for it.
            await f.Settle([.. direct, .. accepted.Select(async c => Assert.True(await Task.WhenAny(c) == c)), urgent]);
            Assert.InRange(accepted.Count(c => c.IsFaulted), 0, 1);
            BatchingFixture.AssertAnswer(100, await urgent);
            for (int i = 0; i < 68; i++)
            {
                Task<NamedValues> call = i < 8 ? direct[i] : more[i - 8];
                if (call.IsCompletedSuccessfully)
                {
                    BatchingFixture.AssertAnswer(i, await call);
                }
            }
        }
    }

    [Fact]
    public async Task FailedCalls_GiveTheirRoomBack()
    {
        using BatchingFixture f = Aside();
        f.Model.Fail = _ => new ModelRunException("broken");
        for (int i = 0; i < 40; i++)
        {
            await Assert.ThrowsAsync<ModelRunException>(() => f.Call(i));
        }

        f.Model.Fail = _ => null;
        f.Model.Gate.Close();
        Task<NamedValues>[] direct = [.. Enumerable.Range(0, 8).Select(i => f.Call(i))];
        Assert.Equal(8, f.Model.Active);
        await f.Settle(direct);
    }

    [Fact]
    public async Task Cost_Throws_IsTheCallersAndLeavesNothingBehind()
    {
        using var f = new BatchingFixture(o => (o.StepAside, o.MaxCost, o.Cost) = (true, 10, _ => throw new InvalidOperationException("cost")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => f.Call(1));
        Assert.Equal(0, ((BatchingRunner)f.Runner).Payoff.Active);
    }

    [Fact]
    public void Gate_ManyThreads_NeverHandsOutMoreThanTheLimit()
    {
        const int Limit = 50;
        var gate = new DirectGate(Limit);
        int taken = 0;
        int most = 0;
        Parallel.For(0, 8, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 5000; i++)
            {
                int rows = random.Next(1, 20);
                if (gate.TryEnter(rows, out int cell))
                {
                    int now = Interlocked.Add(ref taken, rows);
                    int seen;
                    while ((seen = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, seen) != seen)
                    {
                    }

                    Interlocked.Add(ref taken, -rows);
                    gate.Exit(rows, cell);
                }
            }
        });
        Assert.InRange(most, 1, Limit);
        Assert.Equal(Limit, gate.Free);
        Assert.True(gate.TryEnter(Limit, out int whole));
        Assert.False(gate.TryEnter(1, out _));
        gate.SetLimit(Limit / 2);
        gate.Exit(Limit, whole);
        Assert.Equal(Limit / 2, gate.Free);
        Assert.False(gate.TryEnter(Limit / 2 + 1, out _));
        Assert.True(gate.TryEnter(Limit / 2, out _));
    }

    // Load of 64 callers for whom batching costs five times as much.
    private static BatchingFixture Aside()
    {
        var f = new BatchingFixture(o => (o.StepAside, o.MaxQueuedRows) = (true, 8));
        ((BatchingRunner)f.Runner).Payoff.StepAside(f.Clock, callers: 64);
        return f;
    }
}
