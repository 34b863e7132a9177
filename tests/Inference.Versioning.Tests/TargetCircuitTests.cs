using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Versioning.Tests;

/// <summary>When a target is left alone, when it is tried again, and what of its calls counts.</summary>
public sealed class TargetCircuitTests
{
    private static readonly TimeSpan s_break = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly TargetCircuit _circuit;

    public TargetCircuitTests() => _circuit = Open(_clock, failureRatio: 0.5, minimumCalls: 4);

    [Fact]
    public void Exit_FailuresBelowTheMinimumOfCalls_LeaveItClosed()
    {
        Run(CallEnd.Failed, 3);
        Assert.False(_circuit.IsOpen);
        Run(CallEnd.Failed);
        Assert.True(_circuit.IsOpen);
        Assert.False(_circuit.TryEnter(out _));
    }

    [Fact]
    public void Exit_FailuresBelowTheRatio_LeaveItClosed()
    {
        Run(CallEnd.Succeeded, 6);
        Run(CallEnd.Failed, 5);
        Assert.False(_circuit.IsOpen);
        Run(CallEnd.Failed);
        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void Exit_CallsOlderThanThePeriod_CountNoMore()
    {
        Run(CallEnd.Failed, 3);
        _clock.Advance(s_period);
        Run(CallEnd.Failed, 3);
        Assert.False(_circuit.IsOpen);
        _clock.Advance(s_period * 0.8);
        Run(CallEnd.Failed);
        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void Exit_CallsThatSayNothing_AreNotCountedAsSuccesses()
    {
        Run(CallEnd.Unknown, 1000);
        Run(CallEnd.Failed, 4);
        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void Trial_IsOneCallAfterTheBreak()
    {
        Run(CallEnd.Failed, 4);
        _clock.Advance(s_break - TimeSpan.FromTicks(1));
        Assert.False(_circuit.TryEnter(out _));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(_circuit.TryEnter(out long trial));
        Assert.False(_circuit.TryEnter(out _));
        Assert.True(_circuit.IsOpen);
        _circuit.Exit(trial, CallEnd.Succeeded);
        Assert.False(_circuit.IsOpen);

        // The failures before it opened are forgotten.
        Run(CallEnd.Failed, 3);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Trial_Fails_TheBreakBeginsAnew()
    {
        Run(CallEnd.Failed, 4);
        _clock.Advance(s_break);
        Assert.True(_circuit.TryEnter(out long trial));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _circuit.Exit(trial, CallEnd.Failed);
        _clock.Advance(s_break - TimeSpan.FromTicks(1));
        Assert.False(_circuit.TryEnter(out _));
        _clock.Advance(TimeSpan.FromTicks(1));
        Run(CallEnd.Succeeded);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Trial_SaysNothing_TheNextCallTries()
    {
        Run(CallEnd.Failed, 4);
        _clock.Advance(s_break);
        Run(CallEnd.Unknown, 3);
        Assert.True(_circuit.IsOpen);
        Run(CallEnd.Succeeded);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Trial_ThatDoesNotEnd_IsNotWaitedForByTheNext()
    {
        Run(CallEnd.Failed, 4);
        _clock.Advance(s_break);
        Assert.True(_circuit.TryEnter(out long first));
        _clock.Advance(s_break);
        Assert.True(_circuit.TryEnter(out _));
        Assert.False(_circuit.TryEnter(out _));

        // A target slower than the break closes its circuit all the same.
        _circuit.Exit(first, CallEnd.Succeeded);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void Exit_OfACallFromBeforeItOpened_ChangesNothing()
    {
        Assert.True(_circuit.TryEnter(out long slow));
        Run(CallEnd.Failed, 4);
        _circuit.Exit(slow, CallEnd.Succeeded);
        Assert.True(_circuit.IsOpen);
        _circuit.Close();
        for (int i = 0; i < 10; i++)
        {
            _circuit.Exit(slow, CallEnd.Failed);
        }

        Assert.False(_circuit.IsOpen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_ForgetsWhatWasBefore(bool open)
    {
        Assert.True(_circuit.TryEnter(out long before));
        Run(CallEnd.Failed, open ? 4 : 3);
        Assert.Equal(open, _circuit.IsOpen);
        _circuit.Close();
        Assert.False(_circuit.IsOpen);
        _circuit.Exit(before, CallEnd.Failed);
        Run(CallEnd.Failed, 3);
        Assert.False(_circuit.IsOpen);
    }

    [Fact]
    public void TryEnter_ManyThreadsAfterTheBreak_LetsOneIn()
    {
        Run(CallEnd.Failed, 4);
        for (int round = 0; round < 50; round++)
        {
            _clock.Advance(s_break);
            int entered = 0;
            Parallel.For(0, 64, _ =>
            {
                if (_circuit.TryEnter(out long _))
                {
                    Interlocked.Increment(ref entered);
                }
            });
            Assert.Equal(1, entered);
        }
    }

    [Fact]
    public void TryEnterAndExit_AllocateNothing()
    {
        Run(CallEnd.Succeeded, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(CallEnd.Succeeded, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Opens exactly when the calls of the last ten tenths of the period say so, counted one by one.</summary>
    [Fact]
    public void Property_AnyCalls_OpensAsCountedByHand()
    {
        Gen<(int Wait, int End)[]> calls = Gen.Choose(0, 40).Zip(Gen.Choose(0, 2)).ArrayOf().Resize(60);
        Prop.ForAll(calls.ToArbitrary(), steps =>
        {
            var clock = new FakeTimeProvider();
            TargetCircuit circuit = Open(clock, failureRatio: 0.4, minimumCalls: 5);
            var counted = new List<(long Part, CallEnd End)>();
            foreach ((int wait, int end) in steps)
            {
                clock.Advance(s_period / 10 * wait / 12);
                long part = clock.GetTimestamp() / (s_period.Ticks / 10);
                counted.Add((part, (CallEnd)end));
                Run(circuit, (CallEnd)end);
                CallEnd[] recent = [.. counted.Where(c => c.Part > part - 10 && c.End != CallEnd.Unknown).Select(c => c.End)];
                int failed = recent.Count(e => e == CallEnd.Failed);
                bool opens = (CallEnd)end == CallEnd.Failed && recent.Length >= 5 && failed >= 0.4 * recent.Length;
                Assert.Equal(opens, circuit.IsOpen);
                if (opens)
                {
                    circuit.Close();
                    counted.Clear();
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    private static TargetCircuit Open(TimeProvider clock, double failureRatio, int minimumCalls) => new(
        new FallbackOptions { FailureRatio = failureRatio, MinimumCalls = minimumCalls, SamplingPeriod = s_period, BreakDuration = s_break },
        clock);

    private static void Run(TargetCircuit circuit, CallEnd end)
    {
        Assert.True(circuit.TryEnter(out long pass));
        circuit.Exit(pass, end);
    }

    private void Run(CallEnd end, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            Run(_circuit, end);
        }
    }
}
