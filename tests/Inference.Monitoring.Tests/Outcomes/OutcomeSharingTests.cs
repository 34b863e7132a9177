using Inference.Feedback;
using Inference.Status;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Monitoring.Tests.Outcomes;

/// <summary>Processes that judge one trial together.</summary>
public sealed class OutcomeSharingTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<OutcomeJudge> _judges = [];

    public void Dispose() => _judges.ForEach(static j => j.Dispose());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merge_OutcomesOfThreeProcesses_GiveTheStatusOfOne(bool isBinary)
    {
        (OutcomeJudge wholeJudge, IOutcomeTrial whole) = Begin();
        (OutcomeJudge Judge, IOutcomeTrial Trial)[] parts = [Begin(), Begin(), Begin()];
        var random = new Random(5);
        for (int i = 0; i < 6_000; i++)
        {
            // The share changes, and not every process has calls in every stage.
            (int stage, double share) = i < 3_000 ? (0, 0.25) : (1, 0.5);
            bool isTreatment = random.NextDouble() < share;
            double value = isBinary ? random.NextDouble() < (isTreatment ? 0.4 : 0.5) ? 1 : 0 : random.NextDouble() * (isTreatment ? 0.9 : 1);
            JoinedOutcome outcome = Outcome(new RunArm("7@abc", stage, share, isTreatment), value);
            wholeJudge.OnJoined(outcome);
            parts[i < 3_000 ? random.Next(2) : random.Next(3)].Judge.OnJoined(outcome);
        }

        Evaluate();
        foreach ((_, IOutcomeTrial to) in parts)
        {
            foreach ((_, IOutcomeTrial from) in parts.Reverse())
            {
                to.Merge(from.Report()!);
            }
        }

        Evaluate();
        foreach ((_, IOutcomeTrial trial) in parts)
        {
            Assert.Equal((whole.Status.Treatment, whole.Status.Control, 2), (trial.Status.Treatment, trial.Status.Control, trial.Status.Stages));
            Assert.Equal(whole.Status.LogEvidence, trial.Status.LogEvidence, 1e-9);
            Assert.Equal((whole.Status.Low, whole.Status.High), (trial.Status.Low, trial.Status.High));
            Assert.Equal(whole.Status.TreatmentMean, trial.Status.TreatmentMean, 1e-9);
            Assert.Equal(whole.Status.ControlMean, trial.Status.ControlMean, 1e-9);
        }

        // The weight of a stage is that of the order in which a process met it: the third met them the other way round.
        Assert.All(parts[..2], p => Assert.Equal(whole.Status.SampleRatioLogEvidence, p.Trial.Status.SampleRatioLogEvidence, 1e-9));
    }

    [Fact]
    public void Merge_RepeatedAndOlderReports_ChangeNothing()
    {
        (_, IOutcomeTrial here) = Begin();
        (OutcomeJudge there, IOutcomeTrial far) = Begin();
        JoinedOutcome first = Outcome(Arm(true), 0);
        there.OnJoined(first);
        there.Evaluate();
        EvidenceReport older = far.Report()!;
        there.OnJoined(Outcome(Arm(false), 1));
        there.OnJoined(first with { Value = 1, Replaced = 0 });
        there.Evaluate();
        EvidenceReport newer = far.Report()!;
        there.Evaluate();
        Assert.Equal(newer.Sequence, far.Report()!.Sequence);
        foreach (EvidenceReport report in (EvidenceReport[])[older, newer, older, newer, here.Report()!])
        {
            here.Merge(report);
        }

        Evaluate();
        Assert.Equal((1L, 1.0, 1L, 1.0), (here.Status.Treatment, here.Status.TreatmentMean, here.Status.Control, here.Status.ControlMean));
    }

    [Fact]
    public void Merge_ProcessWithoutOutcomes_ShowsThoseOfOthersAndWhatWaitsThere()
    {
        TimeSpan maturity = TimeSpan.FromMinutes(10);
        int changes = 0;
        (_, IOutcomeTrial here) = Begin(o => o.Maturity = maturity, () => changes++);
        (OutcomeJudge there, IOutcomeTrial far) = Begin(o => o.Maturity = maturity);
        there.OnJoined(Outcome(Arm(true), 1));
        here.Merge(far.Report()!);
        Evaluate();
        Assert.Equal((0, 1), (here.Status.Treatment, here.Status.Waiting));
        _clock.Advance(TimeSpan.FromMinutes(11));
        here.Merge(far.Report()!);
        Evaluate();
        Assert.Equal((1, 0), (here.Status.Treatment, here.Status.Waiting));
        Assert.True(changes >= 2, "versioning is told");
    }

    [Fact]
    public void OnJoined_CorrectionOfWhatAnotherProcessCounted_IsNotCounted()
    {
        (OutcomeJudge judge, IOutcomeTrial here) = Begin();
        here.Report();
        judge.OnJoined(Outcome(Arm(true), 1) with { Replaced = 0 });
        Evaluate();
        Assert.Equal((0L, 1L), (here.Status.Treatment, judge.Unusable));

        // What it corrects could not be counted anywhere.
        judge.OnJoined(Outcome(Arm(true), 1) with { Replaced = "unknown" });
        Evaluate();
        Assert.Equal(1L, here.Status.Treatment);
    }

    [Fact]
    public void Merge_AnotherMeasureOrTrial_ChangesNothing()
    {
        (_, IOutcomeTrial here) = Begin();
        (OutcomeJudge other, IOutcomeTrial far) = Begin(static o => o.Highest = 5);
        other.OnJoined(Outcome(Arm(true), 1));
        other.Evaluate();
        here.Merge(far.Report()!);
        Evaluate();
        Assert.Equal(0, here.Status.Treatment);
    }

    [Fact]
    public void Merge_AfterTheEnd_ChangesNothing()
    {
        (_, IOutcomeTrial here) = Begin();
        (OutcomeJudge there, IOutcomeTrial far) = Begin();
        there.OnJoined(Outcome(Arm(true), 1));
        there.Evaluate();
        EvidenceReport report = far.Report()!;
        here.Dispose();
        here.Merge(report);
        Assert.Null(here.Report());
        Evaluate();
        Assert.Equal(0, here.Status.Treatment);
    }

    [Fact]
    public void Merge_DamagedBytes_ThrowsOurErrorAndKeepsWhatIsKnown()
    {
        (_, IOutcomeTrial here) = Begin();
        (OutcomeJudge there, IOutcomeTrial far) = Begin();
        there.OnJoined(Outcome(Arm(true), 1));
        there.Evaluate();
        EvidenceReport report = far.Report()!;
        here.Merge(report);
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = report.Counts.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<MonitoringException>(() => here.Merge(report with { Sequence = 9, Counts = bytes }));
            Assert.Throws<MonitoringException>(() => here.Merge(report with { Sequence = 9, Counts = bytes[..random.Next(bytes.Length)] }));
        }

        Evaluate();
        Assert.Equal(1, here.Status.Treatment);
    }

    private static RunArm Arm(bool isTreatment) => new("7@abc", 0, 0.5, isTreatment);

    private void Evaluate() => _judges.ForEach(static j => j.Evaluate());

    private (OutcomeJudge Judge, IOutcomeTrial Trial) Begin(Action<OutcomeOptions>? configure = null, Action? changed = null)
    {
        var options = new OutcomeOptions { Maturity = TimeSpan.Zero };
        configure?.Invoke(options);
        var judge = new OutcomeJudge("m", () => options, _clock);
        _judges.Add(judge);
        return (judge, judge.Begin("m", "7@abc", changed ?? (static () => { })));
    }

    private JoinedOutcome Outcome(RunArm arm, FeedbackValue value) =>
        new(new KeptPrediction { Id = Guid.CreateVersion7(), At = _clock.GetUtcNow(), ModelVersion = "7", Arm = arm }, 0, "label", value, _clock.GetUtcNow());
}
