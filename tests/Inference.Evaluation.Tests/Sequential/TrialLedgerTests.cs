using FsCheck;
using FsCheck.Fluent;
using Inference.Evaluation.Sequential;

namespace Inference.Evaluation.Tests.Sequential;

public sealed class TrialLedgerTests
{
    [Fact]
    public void Merge_InAnyOrderAndAgain_GivesOneLedger() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            List<ReplicaReport> reports = [];
            for (int replica = 0; replica < 4; replica++)
            {
                ArmCounts[] stages = [new(new StageKey(0, 0.1)), new(new StageKey(1, 0.5))];
                for (int sequence = 0; sequence < 5; sequence++)
                {
                    foreach (ArmCounts stage in stages)
                    {
                        stage.Treatment.Add(random.Next(10, 20), random.Next(10));
                        stage.Control.Add(random.Next(10, 20), random.Next(10));
                    }

                    reports.Add(new ReplicaReport($"r{replica}", sequence, stages));
                }
            }

            double expected = Evidence(Ledger(reports));
            ReplicaReport[] shuffled = [.. reports, .. reports.Take(7)];
            random.Shuffle(shuffled);
            TrialLedger left = Ledger(shuffled[..9]), right = Ledger(shuffled[6..]);
            right.Merge(left);
            right.Merge(right);
            return BitConverter.DoubleToInt64Bits(Evidence(right)) == BitConverter.DoubleToInt64Bits(expected);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void FromBytes_OfWhatWasWritten_IsTheReportAndOfAnythingElseIsRefused()
    {
        var counts = new ArmCounts(new StageKey(3, 0.25), 4);
        counts.Treatment.Add(0.5, 0);
        counts.Control.Add(1, 0);
        byte[] bytes = new ReplicaReport("pod-1", 7, [counts]).ToBytes();
        ReplicaReport report = ReplicaReport.FromBytes(bytes);
        Assert.Equal(("pod-1", 7), (report.Replica, report.Sequence));
        Assert.Equal(bytes, report.ToBytes());
        Assert.Equal([0, 0, 1, 0, 0], report.Stages[0].Treatment.Counts.ToArray());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<EvaluationException>(() => ReplicaReport.FromBytes(bytes.AsSpan(0, length)));
        }

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), noise =>
        {
            try
            {
                ReplicaReport.FromBytes([1, 1, (byte)'a', .. noise]);
            }
            catch (EvaluationException)
            {
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Apply_OfOlderReports_ChangesNothing()
    {
        var counts = new ArmCounts(new StageKey(0, 0.5));
        counts.Treatment.Add(10, 5);
        var first = new ReplicaReport("a", 1, [counts]);
        counts.Treatment.Add(10, 5);
        var second = new ReplicaReport("a", 2, [counts]);
        var ledger = new TrialLedger();
        Assert.True(ledger.Apply(second));
        Assert.False(ledger.Apply(first));
        Assert.False(ledger.Apply(second));
        Assert.Equal(20, ledger.GetTotals()[0].Treatment.Total);
    }

    [Fact]
    public void Apply_OfOtherCountsUnderAKnownSequence_IsRefused()
    {
        var counts = new ArmCounts(new StageKey(0, 0.5));
        var ledger = new TrialLedger();
        ledger.Apply(new ReplicaReport("a", 1, [counts]));
        counts.Treatment.Add(1, 1);
        EvaluationException error = Assert.Throws<EvaluationException>(() => ledger.Apply(new ReplicaReport("a", 1, [counts])));
        Assert.Equal("Replica 'a', sequence 1: expected the known counts, got different ones. Give each process a unique name, and a new name when it restarts its counts.", error.Message);
    }

    [Fact]
    public void Totals_OfReplicasThatDisagreeOnAShare_AreRefused()
    {
        var ledger = new TrialLedger();
        ledger.Apply(new ReplicaReport("a", 1, [new ArmCounts(new StageKey(0, 0.5))]));
        ledger.Apply(new ReplicaReport("b", 1, [new ArmCounts(new StageKey(0, 0.1))]));
        Assert.Throws<EvaluationException>(ledger.GetTotals);
    }

    private static TrialLedger Ledger(IEnumerable<ReplicaReport> reports)
    {
        var ledger = new TrialLedger();
        foreach (ReplicaReport report in reports)
        {
            ledger.Apply(report);
        }

        return ledger;
    }

    private static double Evidence(TrialLedger ledger) => new TwoArmTest().LogEvidence(ledger.GetTotals());
}
