using Inference.Data;
using Inference.Evaluation;
using Inference.Evaluation.Metrics;
using Inference.Onnx;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Gate;

/// <summary>Decides whether a candidate may replace a baseline: rules with figures, from the same rows and in one process. Thread-safe.</summary>
/// <remarks>
/// <para>A candidate with the digest of the baseline computes the same: the rules that compare are met without being measured. Rules on the candidate alone are judged all the same.</para>
/// <para>Without a baseline the rules on the candidate alone are judged; those that compare are listed as not judged, and refuse nothing.</para>
/// </remarks>
public static class ModelGate
{
    internal const string SameBytes = "the same bytes as the baseline";

    // Each is a line of the report, and more rows than most slices have are needed to judge the worst of so many.
    private const int MostSlices = 200;
    private const string NoBaseline = "there is no baseline to compare with";

    /// <summary>Checks a candidate.</summary>
    /// <param name="context">Provides the loader, the seed, the clock and the progress.</param>
    /// <param name="request">The models, rows and rules.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="OptimizationException">The metric needs labels and there are none, there are more than 200 slices, or an output of the baseline is missing or holds NaN.</exception>
    /// <exception cref="DataException">The rows do not match the baseline (without one: the candidate), or a label is missing or not finite.</exception>
    /// <exception cref="EvaluationException">There is no such metric, or outputs or labels cannot be read unambiguously.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public static async Task<GateResult> CheckAsync(OptimizationContext context, GateRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        GateOptions options = request.Options;
        options.Validate();
        var evaluation = new EvaluationOptions { Metric = options.Metric is null ? null : MetricCatalog.Parse(options.Metric), Labels = options.Labels, Output = options.Output, Slices = options.Slices, MinimumSliceRows = options.MinimumSliceRows };
        (GateModel model, ModelInfo info) = await DescribeAsync(context, request.Candidate, request.CandidateName, cancellationToken).ConfigureAwait(false);
        var rules = new List<GateRule>();
        SourceJudge? judge;
        GateModel? baseline = null;
        if (request.Baseline is { } source)
        {
            (baseline, ModelInfo before) = await DescribeAsync(context, source, request.BaselineName, cancellationToken).ConfigureAwait(false);
            bool same = baseline.Digest == model.Digest;
            judge = await SourceJudge.CreateAsync(context, source, request.Data, evaluation, null, cancellationToken).ConfigureAwait(false);
            RequireFewSlices(judge, options);
            GateRule contract = await ContractRule.JudgeAsync(context, source, request.Candidate, request.Data, cancellationToken).ConfigureAwait(false);
            rules.Add(contract);
            if (options.SameSignature)
            {
                rules.Add(SignatureRule.Judge(before, info));
            }

            rules.AddRange(await CompareAsync(context, request, judge, same, contract, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            GateRule contract = await ContractRule.JudgeAsync(context, null, request.Candidate, request.Data, cancellationToken).ConfigureAwait(false);
            rules.Add(contract);
            judge = contract.Outcome == GateOutcome.Passed ? await SourceJudge.CreateAsync(context, request.Candidate, request.Data, evaluation, null, cancellationToken).ConfigureAwait(false) : null;
            rules.AddRange(Alone(options, judge));
        }

        if (options.MaxBytes is { } most)
        {
            rules.Add(SizeRule.Judge(baseline, model, most));
        }

        return new GateResult
        {
            CheckedAt = context.TimeProvider.GetUtcNow(),
            Candidate = model,
            Baseline = baseline,
            Data = new GateData(Path.GetFileName(request.Data.Name), request.Data.Digest, judge?.Source.Rows ?? request.Data.RowCount ?? 0),
            Options = options with { Metric = judge?.Metric.Name ?? options.Metric },
            Seed = context.Seed,
            Reading = judge?.Reading,
            Rules = [.. rules, .. request.OtherRules],
        };
    }

    private static async Task<IReadOnlyList<GateRule>> CompareAsync(OptimizationContext context, GateRequest request, SourceJudge judge, bool same, GateRule contract, CancellationToken cancellationToken)
    {
        GateOptions options = request.Options;
        var rules = new List<GateRule>();
        if (same)
        {
            rules.AddRange(MetricRules.Same(judge, options));
            rules.AddRange(GapRules.Judge(judge, judge.Source, options, same: true));
            rules.AddRange(options.MaxLatencyRatio is { } least ? [LatencyRule.Same(least)] : Array.Empty<GateRule>());
            return rules;
        }

        if (contract.Outcome != GateOutcome.Passed)
        {
            return [NotJudged("metric", judge.Metric.Name, "the candidate breaks the contract", required: true)];
        }

        try
        {
            Answers answers = await judge.RunAsync(context, request.Candidate, "candidate", cancellationToken).ConfigureAwait(false);
            rules.AddRange(MetricRules.Judge(judge, answers, options));
            rules.AddRange(GapRules.Judge(judge, answers, options, same: false));
        }
        catch (EvaluationException exception)
        {
            // The reading was decided from the baseline, and fits it.
            rules.Add(NotJudged("metric", judge.Metric.Name, $"the candidate answers in another form: {exception.Message}", required: true) with { Outcome = GateOutcome.Refused });
        }

        if (options.MaxLatencyRatio is { } ratio)
        {
            rules.Add(await LatencyRule.JudgeAsync(context, request.Baseline!, request.Candidate, request.Data, ratio, options.Confidence, cancellationToken).ConfigureAwait(false));
        }

        return rules;
    }

    private static void RequireFewSlices(SourceJudge judge, GateOptions options)
    {
        int count = judge.Slices.SelectMany(static row => row).Distinct(StringComparer.Ordinal).Count();
        if (count > MostSlices)
        {
            throw new OptimizationException($"Slices by {string.Join(", ", options.Slices)}: expected at most {MostSlices} different values, got {count}. Choose columns with fewer, or put ranges of values into a column.");
        }
    }

    private static IEnumerable<GateRule> Alone(GateOptions options, SourceJudge? judge)
    {
        yield return NotJudged("metric", judge?.Metric.Name ?? options.Metric ?? "metric", NoBaseline) with { Candidate = judge is null ? null : GateRule.Finite(judge.Measure()), Rows = judge?.Source.Rows };
        if (options.Slices.Count > 0)
        {
            yield return NotJudged("slice", string.Join(", ", options.Slices), NoBaseline);
            yield return NotJudged("gap", string.Join(", ", options.Slices), NoBaseline);
        }

        if (options.SameSignature)
        {
            yield return NotJudged("signature", "inputs and outputs", NoBaseline);
        }

        if (options.MaxLatencyRatio is not null)
        {
            yield return NotJudged("latency", "p95 of one row", NoBaseline);
        }
    }

    private static GateRule NotJudged(string rule, string subject, string reason, bool required = false) => new() { Rule = rule, Subject = subject, Outcome = GateOutcome.NotJudged, Required = required, Reason = reason };

    // As it will be served: the digest is that of what the loader read.
    private static async Task<(GateModel Model, ModelInfo Info)> DescribeAsync(OptimizationContext context, OnnxModel model, string name, CancellationToken cancellationToken)
    {
        ModelLoadOptions load = context.LoadOptions.Clone();
        load.Name = name;
        string? path = model.SourcePath is { } file && File.Exists(file) ? file : null;
        byte[]? bytes = path is null ? model.ToArray() : null;
        await using IModelRunner runner = await context.Loader.LoadAsync(path is null ? ModelSource.Bytes(bytes!) : ModelSource.File(path), load, cancellationToken).ConfigureAwait(false);
        long size = path is null ? bytes!.Length : new FileInfo(path).Length + model.GetExternalDataFiles().Sum(static external => new FileInfo(external).Length);
        return (new GateModel(name, runner.Info.Digest, size, runner.Info.Provider), runner.Info);
    }
}
