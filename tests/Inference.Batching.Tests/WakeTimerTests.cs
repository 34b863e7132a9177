using Inference.TestSupport;

namespace Inference.Batching.Tests;

public sealed class WakeTimerTests
{
    private readonly ManualTimeProvider _clock = new();
    private int _calls;

    [Fact]
    public void Set_CallsBackOnceWhenDue()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(100, 1);
        Pass(99, 0);
        Pass(1, 1);
        Pass(1000, 1);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void Set_Anew_TakesTheNewTime()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(100, 1);
        timer.Set(50, 2);
        Pass(50, 1);
        timer.Set(200, 3);
        timer.Set(300, 4);
        Pass(200, 1);
        Pass(50, 2);
        timer.Set(400, 5);
        timer.Set(long.MaxValue, 6);
        Assert.Equal(0, _clock.ArmedTimers);
        Pass(1000, 2);
    }

    [Fact]
    public void Set_OvertakenByALaterWish_CountsForNothing()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(long.MaxValue, 2);
        timer.Set(50, 1);
        Assert.Equal(0, _clock.ArmedTimers);
        timer.Set(60, 3);
        timer.Set(50, 2);
        Pass(59, 0);
        Pass(1, 1);
    }

    [Fact]
    public void Set_BeyondWhatTimersReach_WaitsInParts()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        TimeSpan time = TimeSpan.FromDays(60);
        timer.Set(time.Ticks, 1);
        Assert.Equal(TimeSpan.FromMilliseconds(int.MaxValue), _clock.NextDue);
        Pass(time.Ticks - 1, 0);
        Pass(1, 1);
        timer.Set(long.MaxValue / 2, 2);
        Assert.Equal(TimeSpan.FromMilliseconds(int.MaxValue), _clock.NextDue);
    }

    [Fact]
    public async Task Set_TimeThatHasPassed_CallsBackSoonAndNotWithin()
    {
        int caller = Environment.CurrentManagedThreadId;
        int within = 0;
        _clock.Advance(TimeSpan.FromTicks(10));
        using var timer = new WakeTimer(_clock, () =>
        {
            within += Environment.CurrentManagedThreadId == caller ? 1 : 0;
            Interlocked.Increment(ref _calls);
        });
        timer.Set(10, 1);
        await Eventually.TrueAsync(() => Volatile.Read(ref _calls) == 1);
        Assert.Equal(0, within);
    }

    [Fact]
    public void Dispose_EndsTheWait()
    {
        var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(10, 1);
        timer.Dispose();
        timer.Set(20, 2);
        Assert.Equal(0, _clock.ArmedTimers);
        Pass(100, 0);
    }

    [Fact]
    public async Task Set_OnTheClockOfTheSystem_ShortAndLongWaitsCallBack()
    {
        using var timer = new WakeTimer(TimeProvider.System, () => Interlocked.Increment(ref _calls));
        int number = 0;
        foreach (int microseconds in new[] { 100, 3000, 50, 0 })
        {
            long due = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency / 1_000_000 * microseconds);
            timer.Set(due, ++number);
            await Eventually.TrueAsync(() => Volatile.Read(ref _calls) == number);
            Assert.True(TimeProvider.System.GetTimestamp() >= due);
        }
    }

    private void Pass(long ticks, int calls)
    {
        _clock.Advance(TimeSpan.FromTicks(ticks));
        Assert.Equal(calls, _calls);
    }
}
