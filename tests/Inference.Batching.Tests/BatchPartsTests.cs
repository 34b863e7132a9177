using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>The parts of batching one by one, to the row and to the tick.</summary>
public sealed class BatchPartsTests
{
    [Theory]
    [InlineData(64, 16)]
    [InlineData(2, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    public void Latency_BeginsWithAQuarterOfTheRows(int most, int first) =>
        Assert.Equal(first, new LatencyController().RowLimit(Options(most)));

    [Fact]
    public void Latency_WithinTheObjective_GrowsByAThirtySecond()
    {
        var controller = new LatencyController();
        BatchingOptions options = Options(64);
        Window(controller, options, 1000);
        Assert.Equal((18, 1d, 1000), (controller.RowLimit(options), controller.DelayFactor, controller.LastPercentile));
        for (int i = 0; i < 30; i++)
        {
            Window(controller, options, 1000);
        }

        Assert.Equal(64, controller.RowLimit(options));
        Assert.Equal(10, controller.RowLimit(Options(10)));

        // Small batches grow by one row.
        controller = new LatencyController();
        options = Options(8);
        Window(controller, options, 1000);
        Assert.Equal(3, controller.RowLimit(options));
    }

    [Fact]
    public void Latency_BeyondTheObjective_ShrinksWhereRunsTakeTheTime()
    {
        var controller = new LatencyController();
        BatchingOptions options = Options(64);
        controller.RecordRun(501);
        controller.RecordRun(400);
        Window(controller, options, 1001);
        Assert.Equal((12, 0.5), (controller.RowLimit(options), controller.DelayFactor));

        // Two runs fit the objective: the queue takes the time. The slowest run of the window before does not count again.
        controller.RecordRun(500);
        Window(controller, options, 1001);
        Assert.Equal((14, 0.25), (controller.RowLimit(options), controller.DelayFactor));
        Window(controller, options, 1001);
        Assert.Equal((16, 0.125), (controller.RowLimit(options), controller.DelayFactor));
        Window(controller, options, 1000);
        Assert.Equal((18, 0.225), (controller.RowLimit(options), controller.DelayFactor));
        for (int i = 0; i < 30; i++)
        {
            controller.RecordRun(501);
            Window(controller, options, 1001);
        }

        Assert.Equal(1, controller.RowLimit(options));
        controller.Reset();
        Assert.Equal((16, 1d, 0), (controller.RowLimit(options), controller.DelayFactor, controller.LastPercentile));
    }

    [Fact]
    public void Latency_QueueTakesTheTime_GrowsToTheMost()
    {
        var controller = new LatencyController();
        BatchingOptions options = Options(8);
        Window(controller, options, 1001);
        Assert.Equal(3, controller.RowLimit(options));
        for (int i = 0; i < 20; i++)
        {
            Window(controller, options, 1001);
        }

        Assert.Equal(8, controller.RowLimit(options));
        Window(controller, options, 1000);
        Assert.Equal(8, controller.RowLimit(options));
        controller.RecordRun(1000);
        Window(controller, options, 1001);
        Assert.Equal(6, controller.RowLimit(options));
    }

    [Fact]
    public void Latency_ResetInAWindow_BeginsANewOne()
    {
        var controller = new LatencyController();
        BatchingOptions options = Options(64);
        controller.RecordRun(10_000);
        for (int i = 0; i < 127; i++)
        {
            controller.RecordCall(9999, 1000, options);
        }

        controller.Reset();
        for (int i = 0; i < 127; i++)
        {
            controller.RecordCall(2000, 1000, options);
        }

        Assert.Equal((1d, 0), (controller.DelayFactor, controller.LastPercentile));
        controller.RecordCall(2000, 1000, options);
        Assert.Equal((18, 2000), (controller.RowLimit(options), controller.LastPercentile));
    }

    [Fact]
    public void Latency_OneSlowCallOfAHundredAndTwentyEight_IsWithin()
    {
        var controller = new LatencyController();
        BatchingOptions options = Options(64);
        for (int i = 0; i < 128; i++)
        {
            controller.RecordCall(i == 7 ? 5000 : 1000 - i, 1000, options);
        }

        Assert.Equal(1000, controller.LastPercentile);
        Assert.Equal(18, controller.RowLimit(options));
    }

    [Fact]
    public void Demand_RowsToWaitFor()
    {
        var demand = new DemandEstimate();
        Assert.Equal(1, demand.Target(10, 1));
        demand.Seen(5);
        demand.Seen(3);
        Assert.Equal((5, 3, 2, 4), (demand.Target(10, 1), demand.Target(10, 2), demand.Target(10, 3), demand.Target(4, 1)));
        demand.WaitRanOut(2, cameNone: false);
        Assert.Equal((2, 1d), (demand.Target(10, 1), demand.DelayFactor));
        foreach (double factor in new[] { 0.5, 0.25, 0.125, 0.125 })
        {
            demand.WaitRanOut(2, cameNone: true);
            Assert.Equal(factor, demand.DelayFactor);
        }

        for (int eighths = 2; eighths < 11; eighths++)
        {
            demand.CompanyCame();
            Assert.Equal(Math.Min(1, eighths / 8d), demand.DelayFactor);
        }

        demand.Idle();
        Assert.Equal(1, demand.Target(10, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Queue_AnyOperations_IsAListByPriorityAndArrival(int seed)
    {
        // From priority alone to arrival alone.
        long ageing = new[] { long.MaxValue / 8, 40, 1 }[seed - 1];
        var random = new Random(seed);
        var queue = new CallQueue { AgeingStep = ageing };
        var all = new List<PendingCall>();
        for (int step = 0; step < 2000; step++)
        {
            if (all.Count == 0 || random.Next(all.Count < 12 ? 3 : 2) > 0)
            {
                PendingCall call = Pending.Call(random.Next(1, 4), (RunPriority)random.Next(-1, 2), arrival: step);
                queue.Add(call);
                all.Add(call);
            }
            else
            {
                PendingCall gone = all[random.Next(all.Count)];
                queue.Remove(gone);
                all.Remove(gone);
                Assert.True(gone.Next is null && gone.Previous is null);
            }

            PendingCall[] order = [.. all.OrderBy(Turn).ThenByDescending(c => c.PriorityIndex)];
            var walked = new List<PendingCall>();
            CallWalk walk = queue.Walk();
            while (walk.Next() is { } call && walked.Count <= order.Length)
            {
                walked.Add(call);
            }

            Assert.Equal(order, walked);
            Assert.Same(order.FirstOrDefault(), queue.First);
            Assert.Equal(all.Sum(c => c.Rows), queue.Rows);
            Assert.Equal(all.Count == 0 ? long.MaxValue : all.Min(c => c.EnqueuedAt), queue.OldestArrival);
            for (int priority = -1; priority <= 1; priority++)
            {
                PendingCall next = Pending.Call(1, (RunPriority)priority, arrival: step + 1);
                PendingCall[] below = [.. all.Where(c => c.PriorityIndex < next.PriorityIndex && Turn(c) > Turn(next)).OrderBy(c => c.PriorityIndex).ThenByDescending(c => c.EnqueuedAt)];
                Assert.Same(below.FirstOrDefault(), queue.NewestBelow(next));
                Assert.Equal(below.Sum(c => c.Rows), queue.RowsBelow(next));
            }
        }

        long Turn(PendingCall call) => call.EnqueuedAt - (call.PriorityIndex * ageing);
    }

    [Fact]
    public void Call_Priority()
    {
        Assert.Equal([0, 1, 2, 0, 2], new[] { -1, 0, 1, -7, 9 }.Select(p => Pending.Call(1, (RunPriority)p).PriorityIndex));
        Assert.Equal(1, Pending.Call().PriorityIndex);
    }

    [Fact]
    public void Gate_RowsInAndOut_StayWithinTheLimit()
    {
        var gate = new DirectGate(10);
        Assert.Equal(10, gate.Free);
        Assert.True(gate.TryEnter(10, out int cell));
        Assert.Equal(0, gate.Free);
        Assert.False(gate.TryEnter(1, out _));
        Assert.Equal(0, gate.Free);
        gate.Exit(10, cell);
        Assert.Equal(10, gate.Free);
        Assert.False(gate.TryEnter(11, out _));
        Assert.True(gate.TryEnter(7, out cell));
        Assert.False(gate.TryEnter(4, out _));
        Assert.True(gate.TryEnter(3, out int other));
        gate.SetLimit(6);
        Assert.Equal(-4, gate.Free);
        Assert.False(gate.TryEnter(1, out _));
        gate.Exit(3, other);
        Assert.Equal(-1, gate.Free);
        Assert.False(gate.TryEnter(1, out _));
        gate.Exit(7, cell);
        Assert.Equal(6, gate.Free);
        Assert.True(gate.TryEnter(6, out cell));
        gate.SetLimit(20);
        Assert.Equal(14, gate.Free);
        Assert.False(gate.TryEnter(15, out _));
        Assert.True(gate.TryEnter(14, out _));
    }

    [Fact]
    public void Batch_ManyCalls_RowsCostsAndWhoStillWaits()
    {
        var batch = new Batch(new BatchingOptions(), 0);
        PendingCall[] calls = [.. Enumerable.Range(1, 20).Select(i => Pending.Call(i, cost: i))];
        Array.ForEach(calls, batch.Add);
        Assert.Equal(calls, batch.Calls.ToArray());
        Assert.Equal((20, 210, 210L, 20), (batch.Count, batch.Rows, batch.Cost, batch.Live));
        Assert.Same(calls[19], batch[19]);
        Assert.All(calls, c => Assert.Same(batch, c.Batch));
        batch.Add(Pending.Call(cost: long.MaxValue - 210));
        Assert.Equal(long.MaxValue, batch.Cost);
        batch.Add(Pending.Call(cost: 1));
        Assert.Equal(long.MaxValue, batch.Cost);
    }

    [Fact]
    public void Batch_IsAbandonedOnlyWhereEveryCallerCanCancel()
    {
        using var cancel = new CancellationTokenSource();
        var some = new Batch(new BatchingOptions(), 0);
        some.Add(Pending.Call(token: cancel.Token));
        some.Add(Pending.Call());
        some.ArmAbandonment();
        Assert.False(some.Token.CanBeCanceled);
        some.Abandon();
        var all = new Batch(new BatchingOptions(), 0);
        all.Add(Pending.Call(token: cancel.Token));
        all.ArmAbandonment();
        Assert.True(all.Token.CanBeCanceled && !all.Token.IsCancellationRequested);
        all.Abandon();
        Assert.True(all.Token.IsCancellationRequested);
    }

    [Fact]
    public void Context_OfCallsWithoutOne_IsNone() => Assert.Null(JointContext.Of([Pending.Call(), Pending.Call()]));

    [Fact]
    public void Context_OfAll_LatestDeadlineHighestPriorityAndWhatTheyShare()
    {
        var early = new DateTimeOffset(2030, 1, 1, 0, 0, 1, TimeSpan.Zero);
        RunContext a = new() { Deadline = early, Priority = RunPriority.Low, Tenant = "t", RoutingKey = "k" };
        RunContext b = new() { Deadline = early.AddSeconds(1), Priority = RunPriority.Low, Tenant = "t", RoutingKey = "k" };
        RunContext joint = Joint(a, b);
        Assert.Equal((early.AddSeconds(1), RunPriority.Low, "t", "k", false), (joint.Deadline!.Value, joint.Priority, joint.Tenant, joint.RoutingKey, joint.BypassCache));
        Assert.Equal(early.AddSeconds(1), Joint(b, a).Deadline);
        joint = Joint(a, new RunContext { Priority = RunPriority.High, Tenant = "T", RoutingKey = "k", BypassCache = true });
        Assert.Equal((null, RunPriority.High, null, "k", true), (joint.Deadline, joint.Priority, joint.Tenant, joint.RoutingKey, joint.BypassCache));
        joint = Joint(new RunContext { BypassCache = true, Deadline = early, Tenant = "t" }, new RunContext { Deadline = early, Tenant = "t", RoutingKey = "k" });
        Assert.Equal((early, "t", null, true), (joint.Deadline!.Value, joint.Tenant, joint.RoutingKey, joint.BypassCache));
        joint = Joint(null, a, null);
        Assert.Equal((null, RunPriority.Normal, null, null), (joint.Deadline, joint.Priority, joint.Tenant, joint.RoutingKey));
        joint = Joint(null, new RunContext { RoutingKey = null, Tenant = null });
        Assert.Equal((null, null), (joint.Tenant, joint.RoutingKey));
    }

    [Fact]
    public void Report_TellsTheCallWhatTheBatchWent()
    {
        var joint = new RunContext();
        joint.Record.VersionServed = "2";
        joint.Record.AddStep("cache:miss");
        joint.Record.AddTiming("run", TimeSpan.FromSeconds(3));
        foreach (int rows in new[] { 1, 127, 128, 5000, 127 })
        {
            var own = new RunContext();
            own.Record.VersionServed = "1";
            own.Record.Placement = "here";
            JointContext.Report(joint, own, rows);
            Assert.Equal(("2", "here"), (own.Record.VersionServed, own.Record.Placement));
            Assert.Equal([$"batch:{rows}", "cache:miss"], own.Record.Path);
            Assert.Equal([new("run", TimeSpan.FromSeconds(3))], own.Record.Timings);
        }

        var plain = new RunContext();
        plain.Record.Placement = "there";
        var other = new RunContext();
        other.Record.VersionServed = "1";
        other.Record.Placement = "here";
        JointContext.Report(plain, other, 1);
        Assert.Equal(("1", "there"), (other.Record.VersionServed, other.Record.Placement));
    }

    private static RunContext Joint(params RunContext?[] contexts) =>
        JointContext.Of([.. contexts.Select(c => Pending.Call(context: c))])!;

    private static BatchingOptions Options(int rows) => new() { MaxRows = rows, LatencyObjective = TimeSpan.FromTicks(1000) };

    private static void Window(LatencyController controller, BatchingOptions options, long ticks)
    {
        for (int i = 0; i < 128; i++)
        {
            controller.RecordCall(ticks, 1000, options);
        }
    }
}
