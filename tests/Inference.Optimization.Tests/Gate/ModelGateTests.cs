using Inference.Data;
using Inference.Evaluation;
using Inference.Onnx;
using Inference.Optimization.Gate;
using static Inference.Optimization.Tests.Gate.GateLab;

namespace Inference.Optimization.Tests.Gate;

/// <summary>What a gate says of candidates with planted faults, of the same bytes, and of rows that cannot judge.</summary>
public class ModelGateTests
{
    [Fact]
    public async Task CheckAsync_WorseThanTheMargin_IsRefused()
    {
        GateResult result = await CheckAsync(Model(noise: 0.6f));
        GateRule rule = Rule(result, "metric");
        Assert.False(result.Passed);
        Assert.Equal(GateOutcome.Refused, rule.Outcome);
        Assert.True(rule.Low > rule.Bound, $"{rule}");
        Assert.Equal(rule.Baseline!.Value - rule.Candidate!.Value, rule.Figure!.Value, 12);
    }

    [Fact]
    public async Task CheckAsync_SlightlyDifferent_Passes()
    {
        GateResult result = await CheckAsync(Model(noise: 0.02f));
        Assert.True(result.Passed, string.Join('\n', result.Rules));
        Assert.All(result.Rules, static rule => Assert.Equal(GateOutcome.Passed, rule.Outcome));
        Assert.NotEqual(0, Rule(result, "metric").High);
    }

    [Fact]
    public async Task CheckAsync_WorseOnOneSlice_ThatSliceRefuses()
    {
        GateOptions options = Options with { MaxDrop = 0.1 };
        GateResult result = await CheckAsync(Model(group: 0.6f), options);
        Assert.Equal(GateOutcome.Passed, Rule(result, "metric").Outcome);
        Assert.Equal(GateOutcome.Refused, Rule(result, "slice", "group=1").Outcome);
        Assert.Equal(GateOutcome.Passed, Rule(result, "slice", "group=0").Outcome);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_ClassesSwapped_IsRefused()
    {
        GateResult result = await CheckAsync(Model(swapped: true), Options with { SameSignature = true });
        Assert.Equal(GateOutcome.Passed, Rule(result, "signature").Outcome);
        Assert.True(Rule(result, "metric").Figure > 0.5);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_WiderBiasGap_IsRefusedThoughTheMetricHolds()
    {
        // With labels of much noise, a threshold that moves in one group costs little accuracy.
        GateOptions options = Options with { MaxDrop = 0.05, MaxSliceDrop = 0.05 };
        GateResult result = await CheckAsync(Model(group: 0.5f), options, data: Sample(20_000, spread: 4));
        Assert.Equal(GateOutcome.Passed, Rule(result, "metric").Outcome);
        Assert.All(result.Rules.Where(static r => r.Rule == "slice"), static r => Assert.NotEqual(GateOutcome.Refused, r.Outcome));
        GateRule gap = Rule(result, "gap", "group: predicted positive");
        Assert.Equal(GateOutcome.Refused, gap.Outcome);
        Assert.InRange(gap.Figure!.Value, 0.1, 0.25);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_OtherSignature_IsRefusedWhereAsked()
    {
        GateRule rule = Rule(await CheckAsync(Model(output: "z"), Options with { SameSignature = true }), "signature");
        Assert.Equal(GateOutcome.Refused, rule.Outcome);
        Assert.Equal("output 0: expected 'y' float32[?,2], got 'z' float32[?,2]", rule.Reason);
    }

    [Fact]
    public async Task CheckAsync_Larger_IsRefusedByItsBytes()
    {
        long bytes = Model().ToArray().Length;
        GateResult met = await CheckAsync(Model(noise: 0.02f), Options with { MaxBytes = bytes });
        GateResult larger = await CheckAsync(Model(noise: 0.02f), Options with { MaxBytes = bytes - 1 });
        Assert.Equal((GateOutcome.Passed, GateOutcome.Refused), (Rule(met, "size").Outcome, Rule(larger, "size").Outcome));
        Assert.Equal((true, false), (met.Passed, larger.Passed));
    }

    [Fact]
    public async Task CheckAsync_AnswersNaN_BreaksTheContract()
    {
        GateResult result = await CheckAsync(Model(scale: float.NaN));
        GateRule rule = Rule(result, "contract");
        Assert.Equal((GateOutcome.Refused, 6_000d), (rule.Outcome, rule.Figure));
        Assert.Equal("output 'y' holds NaN in 6,000 of 6,000 rows, first in row 0", rule.Reason);
        Assert.Equal(GateOutcome.NotJudged, Rule(result, "metric").Outcome);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_OtherColumns_BreaksTheContract()
    {
        GateRule rule = Rule(await CheckAsync(Model(input: "u")), "contract");
        Assert.Equal(GateOutcome.Refused, rule.Outcome);
        Assert.Contains("'u'", rule.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(6_000)]
    public async Task CheckAsync_SameBytes_Passes(int rows)
    {
        GateOptions options = Options with { MaxDrop = 0, MaxSliceDrop = 0, MaxLatencyRatio = 1, SameSignature = true, MaxGapGrowth = 0, Slices = ["group", "few"] };
        GateResult result = await CheckAsync(Model(), options, data: Sample(rows));
        Assert.True(result.Passed, string.Join('\n', result.Rules));
        Assert.Equal(result.Baseline!.Digest, result.Candidate.Digest);
        Assert.Contains("not measured", Rule(result, "latency").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_FewRows_AreNotShownToBeWithinTheMargin()
    {
        GateResult result = await CheckAsync(Model(noise: 0.001f), data: Sample(50));
        GateRule rule = Rule(result, "metric");
        Assert.Equal(GateOutcome.Refused, rule.Outcome);
        Assert.Equal(0, rule.Figure);
        Assert.InRange(rule.RowsToDecide!.Value, 51, 1_000);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_OneRow_IsNotJudgedAndRefused()
    {
        GateResult result = await CheckAsync(Model(noise: 0.001f), data: Sample(1));
        Assert.Equal(GateOutcome.NotJudged, Rule(result, "metric").Outcome);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_SmallSlice_IsNotJudgedAndRefusesNothing()
    {
        GateResult result = await CheckAsync(Model(noise: 0.02f), Options with { Slices = ["few"] });
        GateRule rule = Rule(result, "slice", "few=1");
        Assert.Equal((GateOutcome.NotJudged, 60L, "fewer than 100 rows"), (rule.Outcome, rule.Rows, rule.Reason));
        Assert.True(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_NoBaseline_SaysWhatWasNotJudged()
    {
        GateOptions options = Options with { MaxBytes = 1_000_000, MaxLatencyRatio = 1.1, SameSignature = true };
        GateResult result = await ModelGate.CheckAsync(Context, new GateRequest { Candidate = Model(), Data = Sample(1_000), Options = options });
        Assert.True(result.Passed);
        Assert.Equal(["contract", "size"], result.Rules.Where(static r => r.Outcome == GateOutcome.Passed).Select(static r => r.Rule));
        Assert.Equal(["metric", "slice", "gap", "signature", "latency"], result.Rules.Where(static r => r.Outcome == GateOutcome.NotJudged).Select(static r => r.Rule));
        Assert.InRange(Rule(result, "metric").Candidate!.Value, 0.7, 0.95);
    }

    [Fact]
    public async Task CheckAsync_RuleFromOutside_Refuses()
    {
        GateRule outside = new() { Rule = "scan", Subject = "file", Outcome = GateOutcome.NotJudged, Required = true };
        GateResult result = await ModelGate.CheckAsync(Context, new GateRequest { Candidate = Model(), Baseline = Model(), Data = Sample(1_000), Options = Options, OtherRules = [outside] });
        Assert.Same(outside, result.Rules[^1]);
        Assert.False(result.Passed);
    }

    [Fact]
    public async Task CheckAsync_RowsThatTheBaselineCannotRead_IsAnError()
    {
        await Assert.ThrowsAsync<DataException>(() => CheckAsync(Model(), baseline: Model(input: "u")));
        await Assert.ThrowsAsync<DataException>(() => CheckAsync(Model(), Options with { Labels = "none" }));
        await Assert.ThrowsAsync<OptimizationException>(() => CheckAsync(Model(), Options with { Labels = null }));
        await Assert.ThrowsAsync<EvaluationException>(() => CheckAsync(Model(), Options with { Metric = "none" }));
        await Assert.ThrowsAsync<DataException>(() => CheckAsync(Model(), data: WithLabels(float.NaN)));
        await Assert.ThrowsAsync<OptimizationException>(() => CheckAsync(Model(), Options with { Slices = ["row"] }));
    }

    [Theory]
    [InlineData(-0.01, 0.01, null)]
    [InlineData(0.01, -1.0, null)]
    [InlineData(0.01, 0.01, 0.0)]
    [InlineData(0.01, 0.01, double.NaN)]
    public async Task CheckAsync_OptionOutOfRange_IsAnError(double drop, double slice, double? ratio) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => CheckAsync(Model(), Options with { MaxDrop = drop, MaxSliceDrop = slice, MaxLatencyRatio = ratio }));

    [Fact]
    public async Task ToJson_AnyResult_IsReadBackAlike()
    {
        GateResult result = await CheckAsync(Model(noise: 0.1f), Options with { Slices = ["group", "few"], MaxBytes = 10 });
        string json = result.ToJson();
        GateResult read = GateResult.Parse(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(result.Rules, read.Rules);
        Assert.Equal((result.Passed, "accuracy", result.Candidate), (read.Passed, read.Options.Metric, read.Candidate));
        Assert.StartsWith("{\n  \"passed\": false,", json.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("\"outcome\": \"not judged\"", json, StringComparison.Ordinal);
        Assert.Throws<OptimizationException>(() => GateResult.Parse("{}"));
        Assert.Throws<OptimizationException>(() => GateResult.Parse("no"));
    }

    [Fact]
    public async Task CheckAsync_Again_SaysTheSame()
    {
        GateResult first = await CheckAsync(Model(noise: 0.1f)), second = await CheckAsync(Model(noise: 0.1f));
        Assert.Equal(first.Rules, second.Rules);
    }

    private static MemoryDataSource WithLabels(float label) => new(
        new NamedValues
        {
            ["x"] = TensorValue.Copy<float>(new float[30], [10, 3]),
            ["label"] = TensorValue.Copy<float>([.. Enumerable.Repeat(label, 10)], [10]),
            ["group"] = TensorValue.Copy<long>(new long[10], [10]),
        },
        "rows");
}
