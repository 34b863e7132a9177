namespace Inference.Batching.Tests;

/// <summary>Who waits, who is held back and who has to go; ticks of 0.1 µs.</summary>
public sealed class WaitingRoomTests
{
    private const long Millisecond = 10_000;
    private readonly List<(PendingCall Call, CallEnding Ending)> _ended = [];
    private WaitingRoom _room = Room(QueueFullMode.Shed);
    private int _queuedRows;

    [Fact]
    public void TryEnter_UpToTheBound_ThenIsRefused()
    {
        Assert.True(_room.IsEmpty);
        Assert.True(Enter(Call(5)));
        Assert.True(Enter(Call(3)));
        PendingCall refused = Call(1);
        Commands commands = default;
        Assert.False(_room.TryEnter(refused, 0, ref commands));
        Assert.Equal((refused, (8, 8), 0), (commands.Ended, commands.Queue, commands.QueuedRows));
        Assert.Equal((CallState.Done, CallEnding.Full, 8, false), (refused.State, refused.Ending, _room.Queue.Rows, _room.IsEmpty));
    }

    [Fact]
    public void TryEnter_MoreThanTheBoundAlone_Queues()
    {
        Assert.True(Enter(Call(100)));
        Assert.False(Enter(Call(1)));
    }

    [Fact]
    public void TryEnter_Wait_HoldsBackInOrder()
    {
        _room = Room(QueueFullMode.Wait);
        (PendingCall first, PendingCall large, PendingCall small) = EnterAll(7, 3, 1);
        Assert.Equal((CallState.Queued, CallState.InLobby, CallState.InLobby), (first.State, large.State, small.State));
        Assert.Equal((7, 4), (_room.Queue.Rows, _room.Lobby.Rows));
        Admit();
        Assert.Equal(7, _room.Queue.Rows);
        Do((ref Commands c) => _room.Claim(first, ref c));
        Assert.Equal(CallState.Claimed, first.State);
        Assert.False(_room.IsEmpty);
        Admit();
        Assert.Equal((CallState.Queued, CallState.Queued), (large.State, small.State));
        Assert.Equal((4, 0), (_room.Queue.Rows, _room.Lobby.Rows));
        Assert.Empty(_ended);
    }

    [Fact]
    public void End_MakesRoomForThoseHeldBack()
    {
        _room = Room(QueueFullMode.Wait);
        (PendingCall first, _, PendingCall third) = EnterAll(8, 2, 1);
        Do((ref Commands c) => _room.End(third, CallEnding.Cancelled, ref c));
        Assert.Equal((8, 2), (_room.Queue.Rows, _room.Lobby.Rows));
        Do((ref Commands c) => _room.End(first, CallEnding.Cancelled, ref c));
        Admit();
        Assert.Equal((2, 0), (_room.Queue.Rows, _room.Lobby.Rows));
        Assert.Equal([(third, CallEnding.Cancelled), (first, CallEnding.Cancelled)], _ended);
    }

    [Fact]
    public void Shed_DisplacesAsManyAsNeededOfLowerPriority()
    {
        PendingCall[] low = [Call(2, RunPriority.Low), Call(2, RunPriority.Low)];
        PendingCall[] normal = [Call(2), Call(2)];
        Array.ForEach([.. low, .. normal], c => Assert.True(Enter(c)));

        // 2 + 2 rows of normal calls leave room for 4.
        Assert.False(Enter(Call(5)));
        _ended.Clear();
        PendingCall three = Call(3);
        Assert.True(Enter(three));
        Assert.Equal([(low[1], CallEnding.Displaced), (low[0], CallEnding.Displaced)], _ended);
        Assert.All(normal.Append(three), c => Assert.Equal(CallState.Queued, c.State));
        Assert.Equal(7, _room.Queue.Rows);

        // What is above or alike is never displaced, and nothing below is displaced in vain.
        Assert.False(Enter(Call(2)));
        PendingCall high = Call(8, RunPriority.High);
        Assert.True(Enter(high));
        Assert.Equal(8, _room.Queue.Rows);
        Assert.False(Enter(Call(1, RunPriority.High)));
        Assert.Same(high, _room.Queue.First);
    }

    [Fact]
    public void Shed_LargerThanTheBound_TakesAllPlacesOfLowerPriority()
    {
        PendingCall low = Call(2, RunPriority.Low);
        Assert.True(Enter(low) && Enter(Call(100)));
        Assert.Equal((CallEnding.Displaced, 100), (low.Ending, _room.Queue.Rows));
    }

    [Theory]
    [InlineData(15_000, 2)]
    [InlineData(20_000, 2)]
    [InlineData(20_001, 3)]
    [InlineData(1, 1)]
    public void Deadline_IsWaitedForInWholeMilliseconds(long ticks, int milliseconds)
    {
        Enter(Call(1, deadline: 500 + ticks), now: 500);
        Assert.Equal(500 + (milliseconds * Millisecond), _room.WakeAt);
    }

    [Fact]
    public void Deadline_TheEarliestIsWaitedFor()
    {
        _room = Room(QueueFullMode.Wait);
        PendingCall late = Call(8, deadline: 50 * Millisecond);
        PendingCall held = Call(1, deadline: 30 * Millisecond);
        PendingCall far = Call(1, deadline: long.MaxValue / 2);
        PendingCall none = Call(1);
        Assert.True(Enter(late) && Enter(held) && Enter(far) && Enter(none));
        Assert.Equal(30 * Millisecond, _room.WakeAt);
        Expire(30 * Millisecond);
        Assert.Equal((CallState.Queued, CallState.Done, CallState.InLobby), (late.State, held.State, far.State));
        Assert.Equal(50 * Millisecond, _room.WakeAt);
        Expire(50 * Millisecond);
        Admit();
        Assert.Equal((CallState.Done, CallState.Queued, CallState.Queued), (late.State, far.State, none.State));
        Assert.Equal([(held, CallEnding.Expired), (late, CallEnding.Expired)], _ended);
        Assert.InRange(_room.WakeAt, long.MaxValue / 2, (long.MaxValue / 2) + Millisecond);
    }

    [Fact]
    public void Deadline_ALaterOne_DoesNotMoveTheTime()
    {
        Enter(Call(1, deadline: 10 * Millisecond));
        Enter(Call(1, deadline: 20 * Millisecond), now: 4 * Millisecond);
        Assert.Equal(10 * Millisecond, _room.WakeAt);
        Enter(Call(1, deadline: 7 * Millisecond), now: 4 * Millisecond);
        Assert.Equal(7 * Millisecond, _room.WakeAt);
        Expire(7 * Millisecond);
        Assert.Equal(10 * Millisecond, _room.WakeAt);

        // Those that are left have none: a later deadline is waited for anew.
        Expire(100 * Millisecond);
        Assert.Equal((long.MaxValue, 3), (_room.WakeAt, _ended.Count));
        Enter(Call(1, deadline: 140 * Millisecond), now: 100 * Millisecond);
        Assert.Equal(140 * Millisecond, _room.WakeAt);
    }

    private delegate void Step(ref Commands commands);

    private static WaitingRoom Room(QueueFullMode mode) => new(new BatchingOptions { MaxRows = 8, MaxQueuedRows = 8, QueueFull = mode }, Millisecond);

    private static PendingCall Call(int rows, RunPriority priority = RunPriority.Normal, long deadline = long.MaxValue) => Pending.Call(rows, priority, deadline: deadline);

    private (PendingCall, PendingCall, PendingCall) EnterAll(int one, int two, int three)
    {
        PendingCall[] calls = [Call(one), Call(two), Call(three)];
        Assert.All(calls, call => Assert.True(Enter(call)));
        return (calls[0], calls[1], calls[2]);
    }

    private bool Enter(PendingCall call, long now = 0)
    {
        bool entered = false;
        Do((ref Commands c) => entered = _room.TryEnter(call, now, ref c));
        return entered;
    }

    private void Admit() => Do(_room.Admit);

    private void Expire(long now) => Do((ref Commands c) => _room.Expire(now, ref c));

    private void Do(Step step)
    {
        Commands commands = default;
        step(ref commands);
        for (PendingCall? call = commands.Ended; call is not null; call = call.Next)
        {
            _ended.Add((call, call.Ending));
        }

        _queuedRows += commands.QueuedRows;
        Assert.Equal(_room.Queue.Rows, _queuedRows);
    }
}
