using Inference.Benchmarks.Versioning;
using Inference.Evaluation.Sequential;
using Xunit.Abstractions;

namespace Inference.Versioning.Tests;

public sealed class CanaryTrialTests(ITestOutputHelper output)
{
    /// <summary>The acceptance: at most 1 % of equal canaries may ever be rolled back. Errors and latencies are drawn from the same distributions for both arms.</summary>
    [Theory]
    [InlineData(0.02, 0.10, 11)]
    [InlineData(0.20, 0.10, 12)]
    [InlineData(0.001, 0.01, 13)]
    [InlineData(0.05, 0.50, 14)]
    public void EqualCanaries_OneThousandSimulated_AtMostOnePercentFalseAlarms(double errorRate, double share, int seed)
    {
        int alarms = 0;
        for (int i = 0; i < 1000; i++)
        {
            alarms += CanarySimulation.Run(new Random(seed * 100_003 + i), share, errorRate, errorRate, slowdown: 1, calls: 4_000) is null ? 0 : 1;
        }

        output.WriteLine($"error rate {errorRate:P1}, share {share:P0}: {alarms} false alarms in 1,000 trials of 4,000 calls");
        Assert.InRange(alarms, 0, 10);
    }

    /// <summary>The stated number of calls: 5 points more errors at 10 % of the traffic, by error rate of the default.</summary>
    [Theory]
    [InlineData(0.00, 3_000)]
    [InlineData(0.01, 5_000)]
    [InlineData(0.05, 12_000)]
    [InlineData(0.20, 30_000)]
    public void WorseCanary_FivePointsMoreErrors_IsRolledBackWithinTheStatedCalls(double errorRate, int limit)
    {
        var needed = new List<int>();
        for (int i = 0; i < 200; i++)
        {
            needed.Add(CanarySimulation.Run(new Random(77_000 + i), 0.10, errorRate, errorRate + 0.05, slowdown: 1, calls: limit) ?? int.MaxValue);
        }

        needed.Sort();
        output.WriteLine($"error rate {errorRate:P0} against {errorRate + 0.05:P0}: median {needed[100]}, 95 % {needed[189]}, all {needed[199]} calls");
        Assert.True(needed[189] <= limit, $"95 % were to be rolled back within {limit} calls, it took {needed[189]}.");
    }

    [Fact]
    public void SlowCanary_TwiceTheLatency_IsRolledBack()
    {
        var needed = new List<int>();
        for (int i = 0; i < 50; i++)
        {
            needed.Add(CanarySimulation.Run(new Random(5_000 + i), 0.10, 0, 0, slowdown: 2.5, calls: 10_000) ?? int.MaxValue);
        }

        needed.Sort();
        output.WriteLine($"latency × 2.5: median {needed[25]}, all {needed[49]} calls");
        Assert.True(needed[47] <= 10_000);
    }

    [Fact]
    public void BrokenCanary_EveryCallFails_IsRolledBackWithinTenOfItsCalls()
    {
        string? alarm = null;
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions(), reason => alarm = reason);
        for (int i = 0; i < 50; i++)
        {
            trial.Observe(false, false);
        }

        int calls = 0;
        while (alarm is null)
        {
            Assert.True(++calls <= 10, "ten failed calls were not enough");
            for (int i = 0; i < 9; i++)
            {
                trial.Observe(false, false);
            }

            trial.Observe(true, true);
        }

        Assert.True(trial.IsStopped);
        Assert.StartsWith("errors: ", alarm);
    }

    [Fact]
    public void Metric_LowerOnTheCanary_IsRolledBackAndNamed()
    {
        string? alarm = null;
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions { CompareLatency = false }, reason => alarm = reason);
        var random = new Random(3);
        for (int i = 0; i < 20_000 && alarm is null; i++)
        {
            bool canary = random.NextDouble() < 0.1;
            trial.ObserveMetric(canary, random.NextDouble() < (canary ? 0.3 : 0.5) ? 1 : 0);
        }

        Assert.StartsWith("metric: ", alarm);
    }

    [Fact]
    public void Tolerance_DifferenceWithinIt_RaisesNoAlarm()
    {
        string? alarm = null;
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions { CompareLatency = false, ErrorTolerance = 0.05 }, reason => alarm = reason);
        var random = new Random(4);
        for (int i = 0; i < 50_000; i++)
        {
            bool canary = random.NextDouble() < 0.1;
            trial.Observe(canary, random.NextDouble() < (canary ? 0.04 : 0.01));
        }

        Assert.Null(alarm);
    }

    [Fact]
    public void PromoteAfterCalls_NoAlarm_PassesOnce()
    {
        int passed = 0;
        CanaryTrial trial = CanarySimulation.Trial(new CanaryOptions { PromoteAfterCalls = 10 }, _ => { }, () => passed++);
        for (int i = 0; i < 50; i++)
        {
            trial.Observe(i % 2 == 0, false);
        }

        Assert.Equal(1, passed);
    }

    /// <summary>What replicas counted adds up to what one process would have counted, and the evidence with it, bit for bit.</summary>
    [Fact]
    public void Report_OfTwoReplicas_AddsUpToOneTrial()
    {
        var options = new CanaryOptions { AutomaticRollback = false, CompareLatency = false, ErrorTolerance = 0.01 };
        CanaryTrial whole = CanarySimulation.Trial(options, _ => { });
        CanaryTrial[] replicas = [CanarySimulation.Trial(options, _ => { }), CanarySimulation.Trial(options, _ => { })];
        TrialLedger errors = new(), metric = new();
        var random = new Random(8);
        for (int i = 0; i < 6_000; i++)
        {
            if (i == 2_000)
            {
                whole.Percent = replicas[0].Percent = replicas[1].Percent = 30;
            }

            bool canary = random.Next(10) < (i < 2_000 ? 1 : 3);
            bool failed = random.Next(100) < (canary ? 6 : 3);
            double value = random.Next(17) / 16.0;
            foreach (CanaryTrial trial in new[] { whole, replicas[random.Next(2)] })
            {
                trial.Observe(canary, failed);
                trial.ObserveMetric(canary, value);
            }

            if (random.Next(50) == 0)
            {
                Share(random.Next(2));
            }
        }

        Share(0);
        Share(1);
        (ReplicaReport wholeErrors, ReplicaReport wholeLatency, ReplicaReport wholeMetric) = whole.Counts();
        Assert.Equal(new TwoArmTest(0.01).LogEvidence(wholeErrors.Stages), new TwoArmTest(0.01).LogEvidence(errors.GetTotals()));
        Assert.Equal(new TwoArmTest().LogEvidence(wholeMetric.Stages), new TwoArmTest().LogEvidence(metric.GetTotals()));
        Assert.Equal([new StageKey(0, 0.5)], wholeLatency.Stages.Select(s => s.Stage));
        Assert.Equal(6_000, errors.GetTotals().Sum(s => s.Treatment.Total + s.Control.Total));

        void Share(int replica)
        {
            (ReplicaReport e, _, ReplicaReport m) = replicas[replica].Counts();
            errors.Apply(ReplicaReport.FromBytes(e.ToBytes()));
            metric.Apply(m);
        }
    }

    [Fact]
    public void Looks_AreTakenByGrowth()
    {
        var looks = new List<double>();
        var slot = new VersionSlot(new VersionFolder("2", "nowhere", "stamp", 1, []), new TestSupport.FakeRunner(), (_, _) => { });
        var trial = new CanaryTrial(slot, new CanaryOptions { CompareLatency = false }, 10, "salt", (_, _) => { }, _ => { }, looks.Add);
        var random = new Random(2);
        for (int i = 1; i <= 100_000; i++)
        {
            int before = looks.Count;
            trial.Observe(random.Next(10) == 0, random.Next(50) == 0);
            Assert.True(i > 64 || looks.Count == before + 1);
        }

        // 127 of the first 128 calls, some 64 · ln(16,384 / 128) more until the gap is 256 calls, and one for each of those.
        Assert.InRange(looks.Count, 127 + 310 + 325 - 60, 127 + 310 + 325 + 60);
    }
}
