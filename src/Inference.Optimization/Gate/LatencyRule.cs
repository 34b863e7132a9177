using System.Globalization;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Gate;

/// <summary>The rule on latency: both models run in turns in this process on the same row, and the 95th percentiles are compared.</summary>
/// <remarks>Refuses if the ratio exceeds the bound and its interval lies above 1 (of a bound below 1: above the bound). If the ratio exceeds the bound and the interval does not show it, the measurement is repeated for longer; a machine on which it is
/// then still not shown is too noisy to judge.</remarks>
internal static class LatencyRule
{
    // Enough for a percentile with several times above it.
    private const int LeastRounds = 100;
    private const int Attempts = 3;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(1.5);

    public static async Task<GateRule> JudgeAsync(OptimizationContext context, OnnxModel baseline, OnnxModel candidate, IDataSource data, double bound, double confidence, CancellationToken cancellationToken)
    {
        GateRule rule = Rule(bound);
        for (int attempt = 0; attempt < Attempts && rule.Outcome == GateOutcome.NotJudged; attempt++)
        {
            int factor = 1 << attempt;
            List<double>[] times = await LatencyMeter.TimesAsync(context, [baseline, candidate], data, 1, LeastRounds * factor, s_time * factor, cancellationToken).ConfigureAwait(false);
            rule = Judge(rule, [.. times[0]], [.. times[1]], confidence, context.Seed);
        }

        return rule;
    }

    /// <summary>The rule of a candidate with the bytes of the baseline.</summary>
    public static GateRule Same(double bound) => Rule(bound) with { Outcome = bound >= 1 ? GateOutcome.Passed : GateOutcome.Refused, Figure = 1, Low = 1, High = 1, Reason = $"{ModelGate.SameBytes}: not measured" };

    internal static GateRule Rule(double bound) => new() { Rule = "latency", Subject = "p95 of one row", Outcome = GateOutcome.NotJudged, Required = true, Bound = bound, Unit = GateUnit.Ratio };

    internal static GateRule Judge(GateRule rule, double[] baseline, double[] candidate, double confidence, int seed)
    {
        double before = RatioInterval.Percentile(baseline), after = RatioInterval.Percentile(candidate), ratio = after / before, bound = rule.Bound!.Value;
        (double low, double high) = RatioInterval.Of(baseline, candidate, confidence, seed);
        bool shown = low > Math.Min(1, bound);
        return rule with
        {
            Outcome = ratio <= bound ? GateOutcome.Passed : shown ? GateOutcome.Refused : GateOutcome.NotJudged,
            Candidate = after,
            Baseline = before,
            Figure = ratio,
            Low = low,
            High = high,
            Reason = ratio <= bound ? "" : shown ? string.Create(CultureInfo.InvariantCulture, $"slower, in {baseline.Length:N0} rounds in turns") : "the machine is too noisy: the ratio exceeds the bound, and its interval does not show it; check again on a quiet machine",
        };
    }
}
