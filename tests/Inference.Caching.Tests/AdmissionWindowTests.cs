using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Caching.Tests;

/// <summary>When the cache is switched off and tried again, to the row and to the tick.</summary>
public sealed class AdmissionWindowTests
{
    private const int Window = 2048;
    private readonly FakeTimeProvider _clock = new();
    private readonly List<bool> _switches = [];
    private readonly AdmissionController _admission;
    private long _hits;

    public AdmissionWindowTests() => _admission = new AdmissionController(_clock, () => _hits, _switches.Add);

    [Fact]
    public void Record_TwoBadWindows_SwitchOff()
    {
        _admission.Record(Window, 20480, 10240);
        Assert.True(_admission.State && _admission.IsOn);
        _admission.Record(Window, 20480, 10240);
        Assert.False(_admission.State);
        _admission.Record(Window, 20480, 10240);
        _admission.Record(Window, 20480, 10240);
        Assert.Equal([false], _switches);
    }

    [Fact]
    public void Record_LessThanAWindow_Waits()
    {
        _admission.Record(Window - 1, 20480, 10240);
        _admission.Record(Window - 1, 20480, 10240);
        _admission.Record(Window - 1, 20480, 10240);
        Assert.True(_admission.State);
        _admission.Record(1, 1, 1);
        Assert.False(_admission.State);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    public void Record_LossOfAHundredthOfTheModelsTime_IsAllowed(long cost, bool on)
    {
        Windows(2, 204800, cost);
        Assert.Equal(on, _admission.State);
    }

    [Theory]
    [InlineData(6963, true)]
    [InlineData(6964, false)]
    public void Record_HitsSaveTheModelsTime_AndCostALookUpEach(long cost, bool on)
    {
        for (int i = 0; i < 2; i++)
        {
            _hits += Window / 2;
            _admission.Record(Window, 20480, cost);
        }

        Assert.Equal(on, _admission.State);
    }

    [Fact]
    public void Record_HitsOfAnEarlierWindow_DoNotCountAgain()
    {
        _hits = 100 * Window;
        Windows(1, 20480, 10240);
        Windows(1, 20480, 10240);
        Assert.True(_admission.State);
        Windows(1, 20480, 10240);
        Assert.False(_admission.State);
    }

    [Fact]
    public void Record_AGoodWindowBetween_StartsAnew()
    {
        for (int i = 0; i < 5; i++)
        {
            Windows(1, 20480, 10240);
            Windows(1, 20480, 0);
        }

        Assert.True(_admission.State);
        Windows(2, 20480, 10240);
        Assert.False(_admission.State);
    }

    [Fact]
    public void Pause_DoublesToAMinute()
    {
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Windows(1, 20480, 10240);
            Assert.True(_admission.State);
            Windows(1, 20480, 10240);
            AssertTriedAgainAfter(TimeSpan.FromSeconds(seconds));
        }

        // What pays for a window is tried soon again.
        Windows(1, 20480, 0);
        Windows(2, 20480, 10240);
        AssertTriedAgainAfter(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Pause_EarnsTheLossBackAHundredfold()
    {
        for (int i = 0; i < 2; i++)
        {
            Windows(2, 20480, 1_000_000);
            AssertTriedAgainAfter(TimeSpan.FromSeconds(20));
        }

        // The loss of the windows before a good one is not counted.
        Windows(1, 20480, 1_000_000);
        Windows(1, 20480, 0);
        Windows(2, 20480, 1_000_000);
        AssertTriedAgainAfter(TimeSpan.FromSeconds(20));
        _hits += Window / 2;
        Windows(1, 2_000_000, 2_000_000);
        _hits += Window / 2;
        Windows(1, 2_000_000, 2_000_000);

        // Each lost 1.5 · 2,000,000 − 1,000,000 ticks.
        AssertTriedAgainAfter(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void Pause_OfAGreatLoss_IsTenMinutes()
    {
        Windows(2, 20480, 100_000_000);
        AssertTriedAgainAfter(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void IsOn_WhileOff_LooksAtTheClockOnceIn32Calls()
    {
        var clock = new CountingClock();
        var admission = new AdmissionController(clock, () => 0, _ => { });
        admission.Record(Window, 20480, 10240);
        admission.Record(Window, 20480, 10240);
        int before = clock.Reads;
        for (int i = 0; i < 320; i++)
        {
            Assert.False(admission.IsOn);
        }

        Assert.Equal(10, clock.Reads - before);
    }

    [Fact]
    public void IsOn_OfTwoModelsCalledInTurn_TriesBothAgain()
    {
        var clock = new FakeTimeProvider();
        AdmissionController[] both = [new(clock, () => 0, _ => { }), new(clock, () => 0, _ => { })];
        foreach (AdmissionController one in both)
        {
            one.Record(Window, 20480, 10240);
            one.Record(Window, 20480, 10240);
        }

        clock.Advance(TimeSpan.FromHours(1));
        var tried = new bool[both.Length];
        for (int call = 0; call < 64; call++)
        {
            tried[call % 2] |= both[call % 2].IsOn;
        }

        Assert.Equal([true, true], tried);
    }

    private void Windows(int count, long model, long cost)
    {
        for (int i = 0; i < count; i++)
        {
            _admission.Record(Window, model, cost);
        }
    }

    private void AssertTriedAgainAfter(TimeSpan pause)
    {
        int before = _switches.Count;
        Assert.False(_admission.State);
        _clock.Advance(pause - TimeSpan.FromTicks(1));
        Assert.DoesNotContain(Enumerable.Range(0, 64), _ => _admission.IsOn);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Contains(Enumerable.Range(0, 32), _ => _admission.IsOn);
        Assert.True(_admission.State);
        Assert.Equal([true], _switches[before..]);
    }

    private sealed class CountingClock : TimeProvider
    {
        public int Reads { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Reads++;
            return 0;
        }
    }
}
