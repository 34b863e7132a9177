using Inference.Optimization.Gate;
using static Inference.Optimization.Tests.Gate.GateLab;

namespace Inference.Optimization.Tests.Gate;

/// <summary>The rule on latency, by a clock that each run of a model moves.</summary>
public class LatencyRuleTests
{
    [Fact]
    public async Task CheckAsync_SlowerByThirtyPercent_IsRefused()
    {
        GateRule rule = await JudgeAsync(slower: 1.3, noise: 0.2, bound: 1.15);
        Assert.Equal(GateOutcome.Refused, rule.Outcome);
        Assert.InRange(rule.Figure!.Value, 1.15, 1.45);
        Assert.True(rule.Low > 1);
    }

    [Fact]
    public async Task CheckAsync_AsFast_Passes()
    {
        GateRule rule = await JudgeAsync(slower: 1, noise: 0.2, bound: 1.15);
        Assert.Equal(GateOutcome.Passed, rule.Outcome);
        Assert.True(rule.Low < 1 && rule.High > 1, $"{rule}");
    }

    [Fact]
    public async Task CheckAsync_FasterAsAsked_Passes()
    {
        Assert.Equal(GateOutcome.Passed, (await JudgeAsync(slower: 0.5, noise: 0.2, bound: 0.8)).Outcome);
        Assert.Equal(GateOutcome.Refused, (await JudgeAsync(slower: 1, noise: 0.2, bound: 0.8)).Outcome);
    }

    [Fact]
    public void Judge_NoiseThatHidesTheRatio_IsNotJudged()
    {
        // Bursts of load hit one model or the other by chance.
        double[] baseline = [.. Enumerable.Repeat(10.0, 100)], candidate = [.. Enumerable.Repeat(10.0, 94), 50, 50, 50, 50, 50, 50];
        GateRule rule = LatencyRule.Judge(LatencyRule.Rule(1.1), baseline, candidate, 0.95, 1);
        Assert.Equal((GateOutcome.NotJudged, 5d), (rule.Outcome, rule.Figure));
        Assert.True(rule.Refuses);
    }

    [Fact]
    public void Percentile_OfTwenty_IsTheNineteenth() => Assert.Equal(19, RatioInterval.Percentile([.. Enumerable.Range(1, 20).Select(static n => (double)n).Reverse()]));

    private static async Task<GateRule> JudgeAsync(double slower, double noise, double bound)
    {
        var clock = new RunClock();
        var context = new OptimizationContext { Loader = new TimedLoader(clock, slower, noise), TimeProvider = clock };
        GateResult result = await CheckAsync(Model(noise: 0.001f), Options with { MaxLatencyRatio = bound }, data: Sample(1_000), context: context);
        return Rule(result, "latency");
    }

    private sealed class RunClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1_000_000_000;

        public void Advance(double microseconds) => _now += (long)(microseconds * 1_000);

        public override long GetTimestamp() => _now;
    }

    // The model named "timed" that is loaded second is the candidate.
    private sealed class TimedLoader(RunClock clock, double slower, double noise) : IModelLoader
    {
        private readonly Random _random = new(7);
        private int _timed;

        public async ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
        {
            double time = options.Name == "timed" && _timed++ % 2 == 1 ? 200 * slower : 200;
            return new TimedRunner(await ModelLoader.Default.LoadAsync(source, options, cancellationToken), () => clock.Advance(time * (1 + (noise * _random.NextDouble()))));
        }
    }

    private sealed class TimedRunner(IModelRunner inner, Action ran) : DelegatingModelRunner(inner)
    {
        public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
        {
            NamedValues outputs = await base.RunAsync(inputs, context, cancellationToken);
            ran();
            return outputs;
        }
    }
}
