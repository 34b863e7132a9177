using Inference.Feedback;
using Inference.Security;
using Inference.TestSupport;

namespace Inference.Sequences.Tests;

/// <summary>When sequences begin, end and expire.</summary>
public sealed class SequenceLifetimeTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task RunAsync_UnknownId_SaysWhyAndReachesNoModel()
    {
        using var model = new Recurrence();
        UnknownSequenceException error = await Assert.ThrowsAsync<UnknownSequenceException>(() => model.Run(new SequenceCall("a"), 1));
        Assert.Equal("a", error.SequenceId);
        Assert.StartsWith("Model 'recurrence': expected a sequence 'a' that was begun and has not ended, found none: it expired after 00:05:00 without a call", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Model.Calls);
    }

    [Fact]
    public async Task RunAsync_AfterTheTimeout_IsUnknown()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        await Recurrence.Run(sequence, 1);
        model.Clock.Advance(s_timeout - TimeSpan.FromTicks(1));
        await Recurrence.Run(sequence, 2);
        model.Clock.Advance(s_timeout);
        await Assert.ThrowsAsync<UnknownSequenceException>(() => Recurrence.Run(sequence, 3));
    }

    [Fact]
    public async Task Idle_SequenceIsFreedByTheClockAlone()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        await Recurrence.Run(sequence, 1);
        model.Clock.Advance(s_timeout / 2 * 3);
        Assert.Equal(0, model.Count);
        model.AssertAllFree();
    }

    [Fact]
    public async Task Idle_SequenceWithACallInFlight_NeverExpires()
    {
        using var model = new Recurrence();
        using Sequence sequence = model.Runner.StartSequence("a");
        await Recurrence.Run(sequence, 1);
        model.Model.Gate.Close();
        Task<float> call = Recurrence.Run(sequence, 2);
        model.Clock.Advance(s_timeout * 10);
        Assert.Equal(1, model.Count);
        model.Model.Gate.Open();
        Assert.Equal(Recurrence.Expected([1, 2])[1], await call);
        Assert.Equal(Recurrence.Expected([1, 2, 3])[2], await Recurrence.Run(sequence, 3));
    }

    [Fact]
    public async Task MaxSequences_OneMoreIsRefusedUntilOneEndsOrExpires()
    {
        using var model = new Recurrence(o => o.MaxSequences = 2);
        using Sequence one = model.Runner.StartSequence("1"), two = model.Runner.StartSequence("2"), three = model.Runner.StartSequence("3"), four = model.Runner.StartSequence("4");
        await Recurrence.Run(one, 1);
        model.Clock.Advance(s_timeout / 4);
        await Recurrence.Run(two, 1);
        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(() => Recurrence.Run(three, 1));
        Assert.Equal("Model 'recurrence': expected at most 2 sequences, got one more. End sequences that are no longer needed, shorten IdleTimeout, or raise MaxSequences.", error.Message);
        two.Dispose();
        await Recurrence.Run(three, 1);
        model.Clock.Advance(s_timeout / 4 * 3);
        await Recurrence.Run(four, 1);
        Assert.Equal(2, model.Count);
    }

    [Fact]
    public async Task StartSequence_ExistingId_BeginsAnewAndTheOldObjectIsToldSo()
    {
        using var model = new Recurrence();
        using Sequence old = model.Runner.StartSequence("a");
        await Recurrence.Run(old, 1);
        Sequence anew = model.Runner.StartSequence("a");
        Assert.Equal(Recurrence.Expected([5])[0], await Recurrence.Run(anew, 5));
        await Assert.ThrowsAsync<UnknownSequenceException>(() => Recurrence.Run(old, 2));
        old.Dispose();
        Assert.Equal(Recurrence.Expected([5, 6])[1], await Recurrence.Run(anew, 6));
        anew.Dispose();
        model.AssertAllFree();
    }

    [Fact]
    public async Task RunAsync_Tenants_DoNotShareSequences()
    {
        using var model = new Recurrence();
        await model.Run(new SequenceCall("a") { Start = true }, 1, "one");
        await Assert.ThrowsAsync<UnknownSequenceException>(() => model.Run(new SequenceCall("a"), 2, "other"));
        await model.Run(new SequenceCall("a") { Start = true }, 7, "other");
        Assert.Equal(Recurrence.Expected([1, 2])[1], await model.Run(new SequenceCall("a"), 2, "one"));
        Assert.False(model.Runner.GetService<ISequences>()!.End(new SequenceCall("a")));
        Assert.True(model.Runner.GetService<ISequences>()!.End(new SequenceCall("a"), "one"));
    }

    [Fact]
    public async Task Sequence_OfATenant_IsEndedByDispose()
    {
        using var model = new Recurrence();
        using (Sequence sequence = model.Runner.StartSequence("a"))
        {
            await Recurrence.Run(sequence, 1, new RunContext { Tenant = "one" });
        }

        Assert.Equal(0, model.Count);
        model.AssertAllFree();
    }

    [Fact]
    public async Task Sequence_AfterDispose_IsDisposed()
    {
        using var model = new Recurrence();
        Sequence sequence = model.Runner.StartSequence("a");
        sequence.Dispose();
        sequence.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Recurrence.Run(sequence, 1));
    }

    [Fact]
    public async Task EraseAsync_TenantOrSubject_EndsTheirSequences()
    {
        using var model = new Recurrence();
        await model.Run(new SequenceCall("a") { Start = true }, 1, "one", "ann");
        await model.Run(new SequenceCall("b") { Start = true }, 1, "one", "bob");
        await model.Run(new SequenceCall("c") { Start = true }, 1, "two", "bob");
        IErasable erasable = model.Runner.GetService<IErasable>()!;
        await erasable.EraseAsync(DataOwner.OfSubject("ann"));
        Assert.Equal(2, model.Count);
        await erasable.EraseAsync(DataOwner.OfTenant("one"));
        Assert.Equal(1, model.Count);
        Assert.Equal(2, await model.Run(new SequenceCall("c"), 0.5f, "two"));
    }

    [Fact]
    public async Task Meters_CountActiveAndEnded()
    {
        using var readings = new MeterReadings("metered");
        using (var model = new Recurrence(name: "metered"))
        {
            await model.Run(new SequenceCall("a") { Start = true }, 1);
            await model.Run(new SequenceCall("b") { Start = true }, 1);
            await model.Run(new SequenceCall("b") { Start = true }, 1);
            await model.Run(new SequenceCall("b") { End = true }, 1);
            Assert.Equal(1, readings.Sum("inference.sequence.active"));
            model.Clock.Advance(s_timeout * 2);
            await model.Run(new SequenceCall("c") { Start = true }, 1);
        }

        Assert.Equal(0, readings.Sum("inference.sequence.active"));
        Assert.Equal([1, 1, 1, 1], new[] { "restarted", "ended", "expired", "closed" }.Select(reason => readings.Sum("inference.sequence.ended", reason)));
    }
}
