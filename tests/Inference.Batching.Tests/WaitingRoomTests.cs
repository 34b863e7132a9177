using Inference.TestSupport;
using Microsoft.Extensions.Logging;

namespace Inference.Batching.Tests;

/// <summary>Who waits, who is held back, who leaves and what is said and counted of it.</summary>
public sealed class WaitingRoomTests : IDisposable
{
    private readonly string _model = $"room-{Guid.NewGuid():N}";
    private readonly ManualTimeProvider _clock = new();
    private readonly MeterReadings _meter;
    private readonly BatchingInstruments _instruments;
    private int _deadlines;

    public WaitingRoomTests()
    {
        _meter = new MeterReadings(_model);
        _instruments = new BatchingInstruments(FakeModel.Info(_model));
    }

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void TryEnter_UpToTheBound_ThenIsRefused()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        Assert.True(room.IsEmpty);
        Assert.True(room.TryEnter(Call(5)));
        Assert.True(room.TryEnter(Call(3)));
        PendingCall refused = Call(1);
        Assert.False(room.TryEnter(refused));
        Assert.Equal(
            $"Model '{_model}': 8 rows queue already, expected at most MaxQueuedRows = 8 with the 1 of this call. Retry later, raise the limit, or let calls wait.",
            Assert.Throws<OverloadedException>(() => refused.Task.GetAwaiter().GetResult()).Message);
        Assert.Equal((CallState.Done, 8, false), (refused.State, room.Queue.Rows, room.IsEmpty));
        Assert.Equal((8, 1), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "full")));
        Assert.Equal((0, 0), room.TakeDropped());
    }

    [Fact]
    public void TryEnter_MoreThanTheBoundAlone_Queues()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        Assert.True(room.TryEnter(Call(100)));
        Assert.False(room.TryEnter(Call(1)));
    }

    [Fact]
    public void TryEnter_Wait_HoldsBackInOrder()
    {
        WaitingRoom room = Room(QueueFullMode.Wait);
        PendingCall first = Call(7);
        PendingCall large = Call(3);
        PendingCall small = Call(1);
        Assert.True(room.TryEnter(first));
        Assert.True(room.TryEnter(large));
        Assert.True(room.TryEnter(small));
        Assert.Equal((CallState.Queued, CallState.InLobby, CallState.InLobby), (first.State, large.State, small.State));
        Assert.Equal((7, 4), (room.Queue.Rows, room.Lobby.Rows));
        room.Admit();
        Assert.Equal(7, room.Queue.Rows);
        room.Claim(first, 0);
        Assert.Equal(CallState.Claimed, first.State);
        Assert.False(room.IsEmpty);
        room.Admit();
        Assert.Equal((CallState.Queued, CallState.Queued), (large.State, small.State));
        Assert.Equal((4, 0), (room.Queue.Rows, room.Lobby.Rows));
        Assert.Equal(4, _meter.Sum("inference.batch.queued"));
    }

    [Fact]
    public void RemoveCancelled_MakesRoomForThoseHeldBack()
    {
        WaitingRoom room = Room(QueueFullMode.Wait);
        PendingCall first = Call(8);
        PendingCall second = Call(2);
        PendingCall third = Call(1);
        room.TryEnter(first);
        room.TryEnter(second);
        room.TryEnter(third);
        room.RemoveCancelled(third);
        Assert.Equal((8, 2), (room.Queue.Rows, room.Lobby.Rows));
        room.RemoveCancelled(first);
        Assert.Equal((2, 0), (room.Queue.Rows, room.Lobby.Rows));
        Assert.Equal((2, 9), room.TakeDropped());
        Assert.Equal((0, 0), room.TakeDropped());
        Assert.Equal((2, 2), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "cancelled")));
    }

    [Fact]
    public void Shed_DisplacesAsManyAsNeededOfLowerPriority()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        PendingCall[] low = [Call(2, RunPriority.Low), Call(2, RunPriority.Low)];
        PendingCall[] normal = [Call(2), Call(2)];
        Array.ForEach([.. low, .. normal], c => Assert.True(room.TryEnter(c)));

        // 2 + 2 rows of normal calls leave room for 4.
        Assert.False(room.TryEnter(Call(5)));
        PendingCall three = Call(3);
        Assert.True(room.TryEnter(three));
        Assert.Equal([CallState.Done, CallState.Done], low.Select(c => c.State));
        Assert.Equal(
            $"Model '{_model}': 8 rows may queue and a call of higher priority took the place of this one. Retry later, or raise MaxQueuedRows.",
            Assert.Throws<OverloadedException>(() => low[1].Task.GetAwaiter().GetResult()).Message);
        Assert.Equal((7, 2), (room.Queue.Rows, _meter.Sum("inference.batch.unserved", "displaced")));
        Assert.Equal((2, 4), room.TakeDropped());

        // What is above or alike is never displaced, and nothing below is displaced in vain.
        Assert.False(room.TryEnter(Call(2)));
        PendingCall high = Call(8, RunPriority.High);
        Assert.True(room.TryEnter(high));
        Assert.Equal(8, room.Queue.Rows);
        Assert.False(room.TryEnter(Call(1, RunPriority.High)));
        Assert.Same(high, room.Queue.First);
    }

    [Fact]
    public void Shed_ACallLargerThanTheBound_TakesAllPlacesOfLowerPriority()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        PendingCall low = Call(2, RunPriority.Low);
        room.TryEnter(low);
        Assert.True(room.TryEnter(Call(100)));
        Assert.Equal((CallState.Done, 100), (low.State, room.Queue.Rows));
    }

    [Theory]
    [InlineData(15_000, 2)]
    [InlineData(20_000, 2)]
    [InlineData(20_001, 3)]
    [InlineData(1, 1)]
    public void Deadline_TheTimerCountsWholeMilliseconds(long ticks, int milliseconds)
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        room.TryEnter(Call(1, deadline: TimeSpan.FromTicks(ticks)));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), _clock.NextDue);
    }

    [Fact]
    public void Deadline_TheEarliestIsWaitedFor()
    {
        WaitingRoom room = Room(QueueFullMode.Wait);
        PendingCall late = Call(8, deadline: TimeSpan.FromMilliseconds(50));
        PendingCall held = Call(1, deadline: TimeSpan.FromMilliseconds(30));
        PendingCall far = Call(1, deadline: TimeSpan.FromDays(100));
        PendingCall none = Call(1);
        room.TryEnter(late);
        room.TryEnter(held);
        room.TryEnter(far);
        room.TryEnter(none);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _clock.NextDue);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(1, _deadlines);
        room.ExpireAll();
        Assert.Equal((CallState.Queued, CallState.Done, CallState.InLobby), (late.State, held.State, far.State));
        Assert.Equal(
            $"Model '{_model}': the deadline {held.Deadline:O} passed while the call was queued; it did not run. Allow more time, or lower the load.",
            Assert.Throws<DeadlineExceededException>(() => held.Task.GetAwaiter().GetResult()).Message);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _clock.NextDue);
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        room.ExpireAll();
        Assert.Equal((CallState.Done, CallState.Queued, CallState.Queued), (late.State, far.State, none.State));
        Assert.Equal((2, 9), room.TakeDropped());
        Assert.Equal((2, 2), (_meter.Sum("inference.batch.queued"), _meter.Sum("inference.batch.unserved", "deadline")));

        // Beyond what timers reach: some 24 days.
        Assert.Equal(TimeSpan.FromMilliseconds(int.MaxValue), _clock.NextDue);
        room.Close();
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void Deadline_ALaterOne_DoesNotMoveTheTimer()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        room.TryEnter(Call(1, deadline: TimeSpan.FromMilliseconds(10)));
        _clock.Advance(TimeSpan.FromMilliseconds(4));
        room.TryEnter(Call(1, deadline: TimeSpan.FromMilliseconds(20)));
        Assert.Equal(TimeSpan.FromMilliseconds(6), _clock.NextDue);
        room.TryEnter(Call(1, deadline: TimeSpan.FromMilliseconds(3)));
        Assert.Equal(TimeSpan.FromMilliseconds(3), _clock.NextDue);
        _clock.Advance(TimeSpan.FromMilliseconds(3));
        room.ExpireAll();
        Assert.Equal(TimeSpan.FromMilliseconds(3), _clock.NextDue);

        // Those that are left have none: a later deadline is waited for anew.
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        room.ExpireAll();
        Assert.Null(_clock.NextDue);
        room.TryEnter(Call(1, deadline: TimeSpan.FromMilliseconds(40)));
        Assert.Equal(TimeSpan.FromMilliseconds(40), _clock.NextDue);
    }

    [Fact]
    public void Claim_NotesHowLongTheCallWaited()
    {
        WaitingRoom room = Room(QueueFullMode.Shed);
        PendingCall call = Call(3);
        room.TryEnter(call);
        room.Claim(call, call.EnqueuedAt + TimeSpan.FromSeconds(2).Ticks);
        Assert.Equal([2d], _meter.Of("inference.batch.wait"));
        Assert.Equal((0, 0), (room.Queue.Rows, _meter.Sum("inference.batch.queued")));
    }

    [Fact]
    public async Task Batches_AreCountedWithTheirRowsAndBisections()
    {
        using var f = new BatchingFixture(model: new FakeRunner(FakeModel.Info(_model)));
        f.Model.Poisoned = id => id == 2;
        Task<NamedValues> blocker = await f.Block();
        Task<NamedValues>[] calls = [.. Enumerable.Range(0, 4).Select(i => f.Call(i))];
        await Assert.ThrowsAsync<ModelRunException>(() => f.Settle([.. calls, blocker]));
        Assert.Equal([1d, 4d], _meter.Of("inference.batch.rows"));
        Assert.Equal(2, _meter.Sum("inference.batch.bisections"));
        Assert.Equal([1, 4, 2, 2, 1, 1], f.Model.Batches);
    }

    [Fact]
    public async Task Deadline_PassedWhenTheCallCame_IsSaidAndCounted()
    {
        using var f = new BatchingFixture(model: new FakeRunner(FakeModel.Info(_model)));
        DateTimeOffset deadline = f.Clock.GetUtcNow();
        Assert.Equal(
            $"Model '{_model}': the deadline {deadline:O} had passed when the call came; it did not run. Allow more time.",
            (await Assert.ThrowsAsync<DeadlineExceededException>(() => f.Call(1, new RunContext { Deadline = deadline }))).Message);
        Assert.Equal(1, _meter.Sum("inference.batch.unserved", "deadline"));
        BatchingFixture.AssertAnswer(1, await f.Call(1, new RunContext { Deadline = deadline + TimeSpan.FromTicks(1) }));
        Assert.Equal("inputs", Assert.Throws<ArgumentNullException>(() => { _ = f.Runner.RunAsync(null!); }).ParamName);
    }

    [Fact]
    public void Decided_IsLoggedAndShown()
    {
        using var log = new LogLines();
        using IModelRunner runner = new FakeRunner(FakeModel.Info(_model)).AsBuilder().UseBatching().Build(TestServices.WithClock(_clock).Add<ILoggerFactory>(log));
        PayoffController payoff = ((BatchingRunner)runner).Payoff;
        int queued = 0;
        while (log.All.Length == 0)
        {
            for (; queued < 64; queued++)
            {
                payoff.Enter();
            }

            bool direct = payoff.Direct;
            int calls = direct ? 1 : 64;
            _clock.Advance(TimeSpan.FromMilliseconds(direct ? 1 : 64 * 4));
            queued -= calls;
            payoff.Exit(direct, calls, calls);
        }

        Assert.True(payoff.SteppedAside);
        Assert.Equal([$"Inference.Batching|Information|Model '{_model}': batching is left out; the time per row without it ÷ with it was measured as 0.25."], log.All);
        Assert.Equal([1d], _meter.Of("inference.batch.aside"));
        Assert.Equal(0.25, Assert.Single(_meter.Of("inference.batch.gain")), 9);
    }

    private WaitingRoom Room(QueueFullMode mode) => new(
        _model, _clock, new BatchingOptions { MaxRows = 8, MaxQueuedRows = 8, QueueFull = mode }, _instruments, () => _deadlines++);

    private PendingCall Call(int rows, RunPriority priority = RunPriority.Normal, TimeSpan? deadline = null) => new()
    {
        Inputs = [],
        Context = new RunContext { Priority = priority, Deadline = deadline is { } after ? _clock.GetUtcNow() + after : null },
        CancellationToken = default,
        Rows = rows,
        Cost = 0,
        EnqueuedAt = _clock.GetTimestamp(),
    };
}
