using Inference.Evaluation;
using Inference.Status;

namespace Inference.Versioning.Tests;

public sealed class CanaryMergingTests
{
    [Fact]
    public void Merge_CountsOfThreeProcesses_GiveTheEvidenceOfOne()
    {
        CanaryTrial whole = Trial();
        CanaryTrial[] parts = [Trial(), Trial(), Trial()];
        var random = new Random(3);
        for (int i = 0; i < 900; i++)
        {
            bool isCanary = random.Next(10) == 0, failed = random.Next(100) < (isCanary ? 8 : 5);
            whole.Observe(isCanary, failed);
            parts[random.Next(3)].Observe(isCanary, failed);
        }

        foreach (CanaryTrial to in parts)
        {
            foreach (CanaryTrial from in parts.Reverse())
            {
                to.Merge(from.Report());
            }
        }

        // The evidence of the whole may be as old as its last look.
        whole.Merge(Trial().Report());
        foreach (CanaryStatus status in parts.Select(p => p.Snapshot()))
        {
            Assert.Equal((whole.Snapshot().Calls, whole.Snapshot().Errors, whole.Snapshot().ControlCalls, whole.Snapshot().ControlErrors), (status.Calls, status.Errors, status.ControlCalls, status.ControlErrors));
            Assert.Equal(whole.Snapshot().ErrorEvidence, status.ErrorEvidence);
        }
    }

    [Fact]
    public void Merge_RepeatedOrOlderReport_ChangesNothing()
    {
        CanaryTrial here = Trial(), there = Trial();
        there.Observe(isCanary: true, failed: true);
        EvidenceReport older = there.Report();
        there.Observe(isCanary: true, failed: true);
        EvidenceReport newer = there.Report();

        foreach (EvidenceReport report in (EvidenceReport[])[older, newer, older, newer, newer])
        {
            here.Merge(report);
        }

        Assert.Equal((2L, 2L), (here.Snapshot().Calls, here.Snapshot().Errors));
        Assert.True(newer.Sequence > older.Sequence);
        Assert.Equal(newer.Sequence, there.Report().Sequence);
    }

    [Fact]
    public void Merge_OfAnotherTrialOrItself_ChangesNothing()
    {
        CanaryTrial here = Trial(), later = Trial(epoch: 5);
        later.Observe(isCanary: true, failed: true);
        here.Observe(isCanary: true, failed: true);

        here.Merge(later.Report());
        here.Merge(here.Report());

        Assert.Equal(1, here.Snapshot().Calls);
    }

    [Fact]
    public void Merge_EvidenceReachesTheLimit_RaisesTheAlarmHere()
    {
        int alarms = 0;
        CanaryTrial here = Trial(onAlarm: () => alarms++), there = Trial();
        for (int i = 0; i < 400; i++)
        {
            there.Observe(isCanary: i % 2 == 0, failed: i % 2 == 0 && !there.IsStopped);
            if (i % 10 == 0)
            {
                here.Merge(there.Report());
            }
        }

        Assert.True(here.IsStopped);
        Assert.Equal(1, alarms);
    }

    [Fact]
    public void Merge_OtherShareUnderTheSameNumber_IsAStageOfItsOwn()
    {
        CanaryTrial here = Trial(), late = Trial(percent: 30);
        here.Observe(isCanary: true, failed: false);
        late.Observe(isCanary: true, failed: true);

        here.Merge(late.Report());

        Assert.Equal((2L, 1L), (here.Snapshot().Calls, here.Snapshot().Errors));
    }

    [Fact]
    public void Merge_Outcomes_AreGivenToTheJudgeOnce()
    {
        CanaryTrial here = Trial(), there = Trial();
        FakeOutcomes judge = new(), far = new();
        here.Judge(judge, "simulated");
        there.Judge(far, "simulated");
        EvidenceReport first = there.Report();
        far.Count();
        EvidenceReport second = there.Report();
        Assert.True(second.Sequence > first.Sequence, "outcomes are news, without a call");
        Assert.Equal(second.Sequence, there.Report().Sequence);

        foreach (EvidenceReport report in (EvidenceReport[])[first, second, first, second])
        {
            here.Merge(report);
        }

        Assert.Equal([1L, 2L], judge.Merged.Select(static m => m.Sequence));
        Assert.Equal([2], judge.Merged[1].Counts.ToArray());
        Assert.Equal(("judge", far.Trial), (judge.Merged[1].Replica, judge.Merged[1].Subject));
    }

    [Fact]
    public void Merge_WithoutAJudgeOnEitherSide_CountsTheRest()
    {
        CanaryTrial here = Trial(), there = Trial();
        there.Judge(new FakeOutcomes(), "simulated");
        there.Observe(isCanary: true, failed: true);
        here.Merge(there.Report());
        there.Merge(here.Report());
        Assert.Equal((1L, 1L), (here.Snapshot().Calls, there.Snapshot().Calls));
    }

    // Whatever bytes come, it is our error or a report.
    [Fact]
    public void FromBytes_DamagedAnywhere_ThrowsOurErrorOrReads()
    {
        CanaryTrial trial = Trial();
        trial.Judge(new FakeOutcomes(), "simulated");
        trial.Observe(isCanary: true, failed: true);
        byte[] bytes = trial.Report().Counts.ToArray();
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 3_000; i++)
        {
            byte[] damaged = bytes[..random.Next(bytes.Length + 1)];
            for (int flips = random.Next(4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                TrialCounts.FromBytes(damaged);
            }
            catch (EvaluationException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 2_000, 2_999);
    }

    [Fact]
    public void Merge_Garbage_ThrowsOurError()
    {
        CanaryTrial here = Trial();
        EvidenceReport own = here.Report();

        Assert.Throws<EvaluationException>(() => here.Merge(own with { Replica = "other", Counts = new byte[] { 1, 2, 3 } }));
        Assert.Throws<EvaluationException>(() => here.Merge(own with { Replica = "other", Counts = new byte[] { 9 } }));
    }

    private static CanaryTrial Trial(double percent = 10, long epoch = 0, Action? onAlarm = null)
    {
        var slot = new VersionSlot(new VersionFolder("2", "nowhere", "stamp", 1, []), new TestSupport.FakeRunner(), (_, _) => { });
        return new CanaryTrial(slot, new CanaryOptions { CompareLatency = false }, percent, "salt", (_, _) => onAlarm?.Invoke(), _ => { }) { Epoch = epoch };
    }
}
