using FsCheck;
using FsCheck.Fluent;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Calls of higher priority that keep coming hold no call up for ever. A tick is 1 ms.</summary>
public class AgeingTests
{
    private const int Step = 50;
    private const int Run = 10;
    private const int MaxRows = 4;
    private const int MaxQueued = 32;

    [Theory]
    [InlineData(QueueFullMode.Shed)]
    [InlineData(QueueFullMode.Wait)]
    public void Low_WhileHighCallsKeepComing_LeavesWithinABoundThatDoesNotDependOnTheirNumber(QueueFullMode full)
    {
        // As many as the model can answer, behind a queue that is half full: without ageing the low call leaves when they stop.
        long[] waits = [.. new[] { 400, 4_000, 40_000 }.Select(ticks => Waited(ticks, full, RunPriority.Low, () => RunPriority.High, now => now == 1 ? MaxQueued / 2 : now % 5 == 0 ? 2 : 0))];
        Assert.All(waits, wait => Assert.InRange(wait, 2 * Step, Bound(RunPriority.Low)));
        Assert.Equal(waits[0], waits[2]);
    }

    // Whatever comes, at up to three times what the model can answer.
    [Fact]
    public void AnyCall_AmongAnyOthers_LeavesWithinTheBound() =>
        Prop.ForAll(ArbMap.Default.ArbFor<Tuple<int, byte>>(), draw =>
        {
            var random = new Random(draw.Item1);
            var own = (RunPriority)random.Next(-1, 2);
            int most = 1 + (draw.Item2 % 2);
            long waited = Waited(1000, QueueFullMode.Shed, own, () => (RunPriority)random.Next(-1, 2), _ => random.Next(most + 1));
            Assert.InRange(waited, 0, Bound(own));
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Aged_IsNotDisplacedByCallsThatWouldBeServedAfterIt()
    {
        var room = new WaitingRoom(new BatchingOptions { MaxRows = 1, MaxQueuedRows = 1 }, millisecond: 1);
        Commands commands = default;
        PendingCall low = Pending.Call(1, RunPriority.Low);
        Assert.True(room.TryEnter(low, 0, ref commands));
        Assert.False(room.TryEnter(Pending.Call(1, RunPriority.Normal, arrival: Step + 1), Step + 1, ref commands));
        Assert.False(room.TryEnter(Pending.Call(1, RunPriority.High, arrival: (2 * Step) + 1), (2 * Step) + 1, ref commands));
        Assert.Equal(CallState.Queued, low.State);
        Assert.True(room.TryEnter(Pending.Call(1, RunPriority.High, arrival: (2 * Step) - 1), (2 * Step) - 1, ref commands));
        Assert.Equal(CallEnding.Displaced, low.Ending);
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(0.2, 50)]
    [InlineData(12, 50)]
    [InlineData(20, 80)]
    [InlineData(60_000, 240_000)]
    public void Step_IsFourDelaysAndAtLeast50Milliseconds(double delay, long step)
    {
        var options = new BatchingOptions { MaxDelay = TimeSpan.FromMilliseconds(delay) };
        var room = new WaitingRoom(new BatchingOptions(), millisecond: 10) { Options = options };
        Assert.Equal((step * 10, step * 10), (room.Queue.AgeingStep, room.Lobby.AgeingStep));
        Assert.Equal(step, new WaitingRoom(options, millisecond: 1).Queue.AgeingStep);
    }

    // Later calls pass it while they are less than a step a level younger; what may queue then is served first.
    private static long Bound(RunPriority priority) => (((int)RunPriority.High - (int)priority) * Step) + (((MaxQueued / MaxRows) + 2) * Run);

    // How long a call of one row waits that comes in the middle of others which come without a pause for so long.
    private static long Waited(int ticks, QueueFullMode full, RunPriority own, Func<RunPriority> others, Func<long, int> arrivals)
    {
        var options = new BatchingOptions { MaxRows = MaxRows, MaxQueuedRows = MaxQueued, MaxDelay = TimeSpan.Zero, QueueFull = full };
        var scheduler = new BatchScheduler(new BatchAssembler(FakeModel.Info()), options, frequency: 1000, now: 0);
        using NamedValues inputs = FakeModel.Rows(1);
        PendingCall? probe = null;
        Batch? running = null;
        long ends = 0;
        int slots = 0;
        for (long now = 1; now < ticks * 2; now++)
        {
            if (running is not null && now >= ends)
            {
                foreach (PendingCall call in running.Calls)
                {
                    Assert.True(running.TryFinish(call));
                }

                Tell(new(BatchEventKind.Finished, Batch: running), now);
                running = null;
            }

            for (int i = now < ticks ? arrivals(now) : 0; i > 0; i--)
            {
                Tell(new(BatchEventKind.Arrived, Pending.Call(1, others(), now, inputs: inputs)), now);
            }

            if (now == 150)
            {
                probe = Pending.Call(1, own, now, inputs: inputs);
                Tell(new(BatchEventKind.Arrived, probe), now);
            }

            if (running is null && slots > 0)
            {
                slots--;
                running = Tell(new(BatchEventKind.SlotReady), now);
                ends = now + Run;
            }

            if (probe is { State: CallState.Done })
            {
                return now - probe.EnqueuedAt;
            }
        }

        return long.MaxValue;

        Batch? Tell(in BatchEvent e, long now)
        {
            Commands commands = scheduler.Handle(e, now);
            slots += commands.Slots;
            if (commands.Run is { } batch)
            {
                scheduler.Handle(new(BatchEventKind.Started, Batch: batch), now);
            }

            return commands.Run;
        }
    }
}
