using Inference.Evaluation.Sequential;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>What a trial counts, weighs and says, call by call.</summary>
public sealed class CanaryCountsTests
{
    private readonly List<string> _alarms = [];
    private readonly List<double> _evidence = [];
    private int _passed;

    [Fact]
    public void Options_Defaults_AreWhatIsDocumented()
    {
        var options = new CanaryOptions();
        Assert.Equal((10d, true, 0.01, 0d, true, 0.9), (options.Percent, options.AutomaticRollback, options.FalseAlarmProbability, options.ErrorTolerance, options.CompareLatency, options.LatencyQuantile));
        Assert.Equal((1.5, 50, 50, 0d, 1d, null, null), (options.LatencyTolerance, options.LatencyWarmupCalls, options.ShadowWarmupCalls, options.WorstMetric, options.BestMetric, options.PromoteAfterCalls, options.Salt));
    }

    [Fact]
    public void Observe_CountsEachArm()
    {
        CanaryTrial trial = Trial(new CanaryOptions { AutomaticRollback = false, FalseAlarmProbability = 0.02 });
        trial.Observe(true, false);
        trial.Observe(true, true);
        trial.Observe(true, null);
        trial.Observe(false, true);
        trial.Observe(false, true);
        trial.Observe(false, false);
        trial.Observe(false, null);
        CanaryStatus status = trial.Snapshot();
        Assert.Equal(("2", 25d, 3L, 1L, 4L, 2L, 50d), (status.Version, status.Percent, status.Calls, status.Errors, status.ControlCalls, status.ControlErrors, status.Limit));
        trial.Percent = 50;
        Assert.Equal(50, trial.Snapshot().Percent);
        Assert.Equal(("salt", false), (trial.Salt, trial.IsStopped));
        trial.Stop();
        trial.Observe(true, true);
        trial.ObserveMetric(true, 0);
        Assert.Equal(3, trial.Snapshot().Calls);
        Assert.True(trial.IsStopped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Snapshot_Evidence_IsTheWeightedMeanOfTheCounts(bool latency)
    {
        CanaryTrial trial = Trial(new CanaryOptions { AutomaticRollback = false, CompareLatency = latency, LatencyWarmupCalls = 3, BestMetric = 5, WorstMetric = -5, ErrorTolerance = 0.1 });
        ArmCounts[] errors = [new(new(0, 0.25)), new(new(1, 0.5))];
        ArmCounts[] slow = [new(new(0, 0.5))];
        ArmCounts[] metric = [new(new(0, 0.25), 16), new(new(1, 0.5), 16)];
        var pairs = new LatencyPairs(0.9, 1.5, warmup: 3);
        var random = new Random(9);
        int looks = 0;
        for (int i = 0; i < 900; i++)
        {
            int stage = i < 500 ? 0 : 1;
            if (i == 500)
            {
                trial.Percent = 50;
                trial.Percent = 50;
            }

            bool canary = random.Next(4) < stage + 1;
            bool? failed = random.Next(10) switch { 0 => null, 1 => true, _ => false };
            double seconds = random.NextDouble() * (canary ? 2 : 1);
            trial.Observe(canary, failed);
            trial.ObserveRun(canary, i % 2, seconds);
            if (failed is { } f)
            {
                Arm(errors[stage], canary).Add(1, f ? 1 : 0);
            }

            if (latency && pairs.Add(canary, i % 2, seconds) is { } pair)
            {
                Arm(slow[0], true).Add(1, pair.Canary ? 1 : 0);
                Arm(slow[0], false).Add(1, pair.Control ? 1 : 0);
            }

            // On levels, where no rounding is: -7 to 7 clipped to -5 to 5 in steps of 10/16.
            double value = Math.Clamp((random.Next(25) - 12) * 0.625, -7, 7);
            looks = _evidence.Count;
            trial.ObserveMetric(canary, value);
            Arm(metric[stage], canary).Add(Math.Clamp((5 - value) / 10, 0, 1), 0);
            if (_evidence.Count == looks)
            {
                continue;
            }

            CanaryStatus status = trial.Snapshot();
            (double e, double l, double m) = (Evidence(0.1, errors), Evidence(0, slow), Evidence(0, metric));
            AssertClose(e, status.ErrorEvidence);
            AssertClose(l, status.LatencyEvidence);
            AssertClose(m, status.MetricEvidence);
            double mean = latency ? (0.5 * e) + (0.25 * l) + (0.25 * m) : (0.75 * e) + (0.25 * m);
            AssertClose(mean, status.Evidence);
            AssertClose(mean, Math.Pow(10, _evidence[^1]));
        }

        Assert.InRange(_evidence.Count, 150, 400);
        Assert.Equal(!latency, trial.Snapshot().LatencyEvidence == 1);
        Assert.Empty(_alarms);

        static OutcomeCounts Arm(ArmCounts counts, bool canary) => canary ? counts.Treatment : counts.Control;
        static double Evidence(double tolerance, ArmCounts[] counts) => Math.Exp(new TwoArmTest(tolerance).LogEvidence(counts));
        static void AssertClose(double expected, double got) => Assert.InRange(got, expected * (1 - 1e-9), expected * (1 + 1e-9));
    }

    [Fact]
    public void ObserveMetric_NotANumber_DoesNotCount()
    {
        CanaryTrial trial = Trial(new CanaryOptions());
        trial.ObserveMetric(true, double.NaN);
        trial.ObserveMetric(false, double.NaN);
        Assert.Empty(_evidence);
        trial.ObserveMetric(true, 0.5);
        trial.ObserveMetric(false, 0.5);
        Assert.Equal(2, _evidence.Count);
        ArmCounts counts = Assert.Single(trial.Counts().Metric.Stages);
        Assert.Equal((1, 1, 1), (counts.Treatment.Counts[8], counts.Control.Counts[8], counts.Treatment.Total));
    }

    // From 0 to 100 percent; the test wants both arms possible.
    [Theory]
    [InlineData(0, 1e-4)]
    [InlineData(40, 0.4)]
    [InlineData(100, 1 - 1e-4)]
    public void Percent_Changed_BeginsAStage(double percent, double share)
    {
        CanaryTrial trial = Trial(new CanaryOptions { AutomaticRollback = false });
        trial.Observe(true, true);
        trial.Percent = percent;
        trial.Observe(false, false);
        IReadOnlyList<ArmCounts> stages = trial.Counts().Errors.Stages;
        Assert.Equal([new StageKey(0, 0.25), new StageKey(1, share)], stages.Select(s => s.Stage));
        Assert.Equal((1, 0, 0, 1), (stages[0].Treatment.Total, stages[0].Control.Total, stages[1].Treatment.Total, stages[1].Control.Total));
    }

    [Fact]
    public void PromoteAfterCalls_LooksBeforeItPasses()
    {
        // With that call the evidence suffices: found though the next look was not yet due.
        CanaryTrial trial = Trial(new CanaryOptions { CompareLatency = false, PromoteAfterCalls = 1_001 });
        for (int i = 0; i < 20_000; i++)
        {
            trial.Observe(false, false);
        }

        for (int i = 0; i < 1_000; i++)
        {
            trial.Observe(true, false);
        }

        int looks = _evidence.Count;
        for (int i = 0; i < 30; i++)
        {
            trial.Observe(true, true);
        }

        Assert.Equal(looks, _evidence.Count);
        trial.Observe(true, false);
        Assert.Equal(looks + 1, _evidence.Count);
        Assert.Single(_alarms);
        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Alarm_AtTheLimit_StopsTheTrialAndSaysWhatWasWorst()
    {
        CanaryTrial trial = Trial(new CanaryOptions { CompareLatency = false, FalseAlarmProbability = 0.05, PromoteAfterCalls = 1000 });
        for (int i = 0; i < 20; i++)
        {
            trial.Observe(false, false);
        }

        int calls = 0;
        while (!trial.IsStopped)
        {
            Assert.InRange(calls++, 0, 20);
            trial.Observe(true, true);
            trial.Observe(false, false);
        }

        string alarm = Assert.Single(_alarms);
        CanaryStatus status = trial.Snapshot();
        Assert.True(status.Evidence >= 20);
        Assert.True(_evidence[^2] < Math.Log10(20));
        Assert.Equal(Math.Log10(status.Evidence), _evidence[^1], 9);
        Assert.Equal(
            FormattableString.Invariant($"errors: {status.Errors} of {status.Calls} canary calls failed against 0 of {status.ControlCalls} on the default; e-values: errors {status.ErrorEvidence:G3}, latency 1, metric 1; limit 20."),
            alarm);
        Assert.Equal(0, _passed);
    }

    [Fact]
    public void Alarm_SlowCanary_NamesTheLatency()
    {
        CanaryTrial trial = Trial(new CanaryOptions { LatencyWarmupCalls = 3 });
        for (int i = 0; i < 100; i++)
        {
            trial.ObserveRun(false, 1, 1);
        }

        // As slow as is tolerated is no loss; the first runs do not count.
        trial.ObserveRun(true, 1, 99);
        trial.ObserveRun(true, 1, 99);
        trial.ObserveRun(true, 1, 99);
        for (int i = 0; i < 50; i++)
        {
            trial.ObserveRun(true, 1, 1.5);
            trial.ObserveRun(false, 1, 1);
        }

        Assert.True(trial.Snapshot().LatencyEvidence <= 1);
        for (int i = 0; i < 50 && !trial.IsStopped; i++)
        {
            trial.ObserveRun(true, 1, 1.6);
            trial.ObserveRun(false, 1, 1);
        }

        Assert.StartsWith("latency: 0 of ", Assert.Single(_alarms), StringComparison.Ordinal);
    }

    [Fact]
    public void NoAutomaticRollback_RaisesNoAlarm()
    {
        CanaryTrial trial = Trial(new CanaryOptions { AutomaticRollback = false });
        for (int i = 0; i < 200; i++)
        {
            trial.Observe(true, true);
            trial.Observe(false, false);
        }

        Assert.False(trial.IsStopped);
        Assert.True(trial.Snapshot().Evidence > 100);
    }

    [Fact]
    public void PromoteAfterCalls_PassesWithThatCallAndOnce()
    {
        CanaryTrial trial = Trial(new CanaryOptions { PromoteAfterCalls = 3 });
        trial.Observe(true, false);
        trial.Observe(false, false);
        trial.Observe(true, false);
        Assert.Equal(0, _passed);
        trial.Observe(true, null);
        Assert.Equal(0, _passed);
        trial.Observe(true, false);
        Assert.Equal(1, _passed);
        trial.Observe(true, false);
        Assert.Equal(1, _passed);
    }

    [Theory]
    [InlineData("""{"version":2}""", "here: expected version 1 of 'inference.cascade', got 2. Write the threshold with a matching version of the `inference` tool.")]
    [InlineData("""{"threshold":0.5}""", "here: expected version 1 of 'inference.cascade', got 0. Write the threshold with a matching version of the `inference` tool.")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":1.5}""", "here: expected a threshold between 0 and 1 in 'inference.cascade', got 1.5. Calibrate it again.")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":-0.1}""", "here: expected a threshold between 0 and 1 in 'inference.cascade', got -0.1. Calibrate it again.")]
    [InlineData("""{"version":1,"output":"p","kind":"entropy","threshold":0.5}""", "here: expected kind 'max_probability', 'margin' or 'binary_probability' in 'inference.cascade', got 'entropy'.")]
    [InlineData("""{"version":1,"output":"p","kind":null,"threshold":0.5}""", "here: expected a kind in 'inference.cascade', got null.")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":0.5,"transform":"exp"}""", "here: expected transform 'none', 'softmax' or 'sigmoid' in 'inference.cascade', got 'exp'.")]
    public void Parse_Malformed_SaysWhatWasExpected(string json, string text) =>
        Assert.Equal(text, Assert.Throws<InferenceException>(() => CascadeThreshold.Parse(json, "here")).Message);

    [Theory]
    [InlineData("{")]
    [InlineData("""{"version":1,"kind":"margin"}""")]
    [InlineData("""{"version":1,"output":"p","kind":"margin","threshold":"a"}""")]
    [InlineData("""{"version":1.5}""")]
    public void Parse_NoThreshold_SaysTheForm(string json)
    {
        string message = Assert.Throws<InferenceException>(() => CascadeThreshold.Parse(json, "here")).Message;
        Assert.StartsWith("here: 'inference.cascade' cannot be read: ", message, StringComparison.Ordinal);
        Assert.EndsWith(" Expected {\"version\":1,\"output\":…,\"kind\":…,\"threshold\":…}.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_probability", "none", ConfidenceKind.MaxProbability, ConfidenceTransform.None)]
    [InlineData("margin", "softmax", ConfidenceKind.Margin, ConfidenceTransform.Softmax)]
    [InlineData("binary_probability", "sigmoid", ConfidenceKind.BinaryProbability, ConfidenceTransform.Sigmoid)]
    public void Parse_EachForm_IsRead(string kind, string transform, ConfidenceKind expected, ConfidenceTransform how)
    {
        Assert.Equal(new CascadeThreshold("p", expected, 0, how), CascadeThreshold.Parse($$"""{"version":1,"output":"p","kind":"{{kind}}","threshold":0,"transform":"{{transform}}"}""", "here"));
        Assert.Equal(new CascadeThreshold("p", expected, 1), CascadeThreshold.Parse($$"""{"version":1,"output":"p","kind":"{{kind}}","threshold":1}""", "here"));
        Assert.Equal(new CascadeThreshold("p", expected, 1), CascadeThreshold.Parse($$"""{"version":1,"output":"p","kind":"{{kind}}","threshold":1,"transform":null}""", "here"));
    }

    [Theory]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.Softmax, new double[] { 1, 3, 2, 4, 4, 4 }, new double[] { 0.66524095, 0.33333333 })]
    [InlineData(ConfidenceKind.Margin, ConfidenceTransform.Softmax, new double[] { 1, 3, 2, 3, 2, 1 }, new double[] { 0.42051249, 0.42051249 })]
    [InlineData(ConfidenceKind.Margin, ConfidenceTransform.None, new double[] { 5, 1, 3, 1, 3, 5 }, new double[] { 2, 2 })]
    [InlineData(ConfidenceKind.Margin, ConfidenceTransform.None, new double[] { 1, double.NaN, 3, 4, 4, 1 }, new double[] { double.NaN, 0 })]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.None, new double[] { 0.5, double.NaN, 0.2, 0.1, 0.2, 0.3 }, new double[] { double.NaN, 0.3 })]
    [InlineData(ConfidenceKind.MaxProbability, ConfidenceTransform.Sigmoid, new double[] { -1, 0, 2, 0, 0, 0 }, new double[] { 0.88079708, 0.5 })]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.Softmax, new double[] { -2, 2 }, new double[] { 0.88079708, 0.88079708 })]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.Softmax, new double[] { 0, 2, 2, 0 }, new double[] { 0.88079708, 0.88079708 })]
    [InlineData(ConfidenceKind.BinaryProbability, ConfidenceTransform.None, new double[] { 0.3, 0.7, 0.9, 0.1 }, new double[] { 0.7, 0.9 })]
    public void Read_TwoRows_OfEachFloatType(ConfidenceKind kind, ConfidenceTransform transform, double[] values, double[] expected)
    {
        var threshold = new CascadeThreshold("p", kind, 0.5, transform);
        long[] shape = [2, values.Length / 2];
        using TensorValue doubles = TensorValue.Copy(values, shape);
        using TensorValue floats = TensorValue.Copy(Array.ConvertAll(values, v => (float)v), shape);
        using TensorValue halves = TensorValue.Copy(Array.ConvertAll(values, v => (Half)v), shape);
        foreach ((TensorValue output, int digits) in new[] { (doubles, 7), (floats, 6), (halves, 2) })
        {
            double[] got = new double[2];
            threshold.Read(output, got);
            Assert.Equal(expected[0], got[0], digits);
            Assert.Equal(expected[1], got[1], digits);
        }
    }

    [Fact]
    public void Read_OutputsOfAnotherForm_AreNamed()
    {
        AssertRefused(ConfidenceKind.MaxProbability, [], 1);
        AssertRefused(ConfidenceKind.MaxProbability, [3, 2], 2);
        AssertRefused(ConfidenceKind.MaxProbability, [2, 0], 2);
        AssertRefused(ConfidenceKind.Margin, [2], 2);
        AssertRefused(ConfidenceKind.BinaryProbability, [2, 3], 2);
        AssertRefused(ConfidenceKind.BinaryProbability, [2, 0], 2);
        new CascadeThreshold("p", ConfidenceKind.MaxProbability, 0.5).Read(TensorValue.Allocate(ElementType.Float32, [2]), new double[2]);
        new CascadeThreshold("p", ConfidenceKind.BinaryProbability, 0.5).Read(TensorValue.Allocate(ElementType.Float32, [0, 2]), []);
        Assert.Equal(
            "Cascade: expected a float32, float64 or float16 output to compute the confidence from, got int64[1,2]. Set CascadeThreshold.Output to the output with the probabilities.",
            Assert.Throws<ModelRunException>(() => new CascadeThreshold("p", ConfidenceKind.Margin, 0.5).Read(TensorValue.Allocate(ElementType.Int64, [1, 2]), new double[1])).Message);

        static void AssertRefused(ConfidenceKind kind, long[] shape, int rows)
        {
            using TensorValue output = TensorValue.Allocate(ElementType.Float32, shape);
            Assert.Equal(
                $"Cascade: expected output 'p' with one row of probabilities for each of the {rows} input rows to compute confidence of kind {kind}, got {output}. Set CascadeThreshold.Output to such an output.",
                Assert.Throws<ModelRunException>(() => new CascadeThreshold("p", kind, 0.5).Read(output, new double[rows])).Message);
        }
    }

    private CanaryTrial Trial(CanaryOptions options)
    {
        var slot = new VersionSlot(new VersionFolder("2", "/none", "stamp", 1, []), new FakeRunner(FakeModel.Info("m", "2")), (_, _) => { });
        return new CanaryTrial(slot, options, 25, "salt", (_, reason) => _alarms.Add(reason), _ => _passed++, _evidence.Add);
    }
}
