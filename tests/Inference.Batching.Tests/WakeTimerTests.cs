using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

public sealed class WakeTimerTests
{
    private readonly FakeTimeProvider _clock = new();
    private int _calls;

    [Fact]
    public void Set_CallsBackOnceWhenDue()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(At(100), 1);
        Pass(99, 0);
        Pass(1, 1);
        Pass(1000, 1);
    }

    [Fact]
    public void Set_Anew_TakesTheNewTime()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(At(100), 1);
        timer.Set(At(50), 2);
        Pass(50, 1);
        timer.Set(At(200), 3);
        timer.Set(At(300), 4);
        Pass(200, 1);
        Pass(50, 2);
        timer.Set(At(400), 5);
        timer.Set(long.MaxValue, 6);
        Pass(1000, 2);
    }

    [Fact]
    public void Set_OvertakenByALaterWish_CountsForNothing()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(long.MaxValue, 2);
        timer.Set(At(50), 1);
        Pass(50, 0);
        timer.Set(At(110), 3);
        timer.Set(At(100), 2);
        Pass(59, 0);
        Pass(1, 1);
    }

    [Fact]
    public void Set_BeyondWhatTimersReach_WaitsInParts()
    {
        using var timer = new WakeTimer(_clock, () => _calls++);
        TimeSpan time = TimeSpan.FromDays(60);
        timer.Set(At(time.Ticks), 1);
        Pass(time.Ticks - 1, 0);
        Pass(1, 1);
        timer.Set(long.MaxValue / 2, 2);
        Pass(time.Ticks, 1);
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
        timer.Set(At(10), 1);
        await Eventually.TrueAsync(() => Volatile.Read(ref _calls) == 1);
        Assert.Equal(0, within);
    }

    [Fact]
    public void Dispose_EndsTheWait()
    {
        var timer = new WakeTimer(_clock, () => _calls++);
        timer.Set(At(10), 1);
        timer.Dispose();
        timer.Set(At(20), 2);
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

    private long At(long ticks) => _clock.Start.Ticks + ticks;

    private void Pass(long ticks, int calls)
    {
        _clock.Advance(TimeSpan.FromTicks(ticks));
        Assert.Equal(calls, _calls);
    }
}
