using System.Globalization;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>The state of a search: the source's predictions, the results so far, the best model. The source itself is the first candidate.</summary>
internal sealed class SearchRun(OptimizationContext context, OnnxModel source, IDataSource calibration, IDataSource search, OptimizeOptions options)
{
    // For each candidate, both models in turns: repeats to the 15 % below.
    private static readonly TimeSpan TimingBudget = TimeSpan.FromMilliseconds(400);

    // 21 rounds have a median with ten on each side.
    private const int LeastRounds = 21;

    private const string NeedsPrecision = "measured with products in bfloat16: load it with ModelLoadOptions.Precision = AllowBFloat16 (--precision bfloat16); otherwise it runs in float32";

    private readonly EvaluationOptions _evaluation = options.Evaluation.With(options.MaxDrop, options.MaxSliceDrop);
    private CandidateRecord _source = SourceCandidate.Of(source, options, []);
    private SearchState _state = SearchState.Open(null, "");
    private string _question = "";
    private SourceJudge? _judge;
    private SearchResult? _best;

    /// <summary>Whether the source has been evaluated; before that there is nothing to return.</summary>
    public bool Started => _judge is not null;

    /// <summary>Details for the report.</summary>
    public ReportDetails Details { get; set; } = new();

    public double? BestDrop => _best?.Record.Drop;

    private CandidateRecord Leader => _best?.Record ?? _source;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SourceJudge judge = await SourceJudge.CreateAsync(context, source, search, _evaluation, null, cancellationToken).ConfigureAwait(false);
        if (options.StatePath is not null || options.OutputPath is not null)
        {
            _question = await SearchQuestion.DigestAsync(context, source, calibration, search, options, judge.Provider, cancellationToken).ConfigureAwait(false);
            _state = SearchState.Open(options.StatePath, _question);
        }

        if (options.MaxP95 is not null)
        {
            List<double>[] times = await LatencyMeter.TimesAsync(context, [source], search, options.LatencyRows, LeastRounds, TimingBudget, cancellationToken).ConfigureAwait(false);
            _source = SourceCandidate.Of(source, options, times[0]);
        }

        _judge = judge;
    }

    /// <summary>The result of an earlier search of the same question at the output path: a shorter search then never replaces what a longer one found. Null if there is none.</summary>
    public CandidateRecipe? Earlier() => EarlierResult.Find(options.OutputPath, _question);

    /// <summary>Whether a milder recipe of the same kind was tried and exceeds the budget: a harsher one would only exceed it further.</summary>
    public bool IsHopeless(CandidateRecipe recipe) => recipe.Milder.Any(name => _state.Results.Any(r => r.Name == name && r.Outcome == VerdictOutcome.NotMet));

    /// <returns>The result; null if the recipe does not apply to the model.</returns>
    public async Task<CandidateRecord?> TryAsync(CandidateRecipe recipe, CancellationToken cancellationToken)
    {
        // A result known from an interrupted search is rebuilt only if it could still be the best.
        CandidateRecord? known = _state.Results.Find(r => r.Name == recipe.Name);
        if (known is not null && !CandidateOrder.IsBetter(known, Leader, options.Objective))
        {
            return known;
        }

        OnnxModel candidate;
        IReadOnlyList<LayerDecision> layers;
        try
        {
            (candidate, layers) = await recipe.BuildAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is UnsupportedModelException or OptimizationException)
        {
            return null;
        }

        (CandidateRecord result, ComparisonResult quality, double before) = await JudgeAsync(recipe, candidate, cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            _state.Add(result);
        }

        if (CandidateOrder.IsBetter(result, Leader, options.Objective))
        {
            _best = new SearchResult(candidate, result, layers, quality, before, recipe);
            if (options.OutputPath is { } path)
            {
                // With its record, so that a process that is killed later leaves a complete result.
                Unfinished(_best).WriteTo(candidate);
                ModelWriter.Save(candidate, path);
            }
        }

        return result;
    }

    public async Task<OptimizeResult> FinishAsync(IDataSource report, bool stopped)
    {
        // A search that was stopped ends at once, with the figures of the search rows.
        DecisionRecord record = stopped ? Unfinished(_best) : await ReportedAsync(report).ConfigureAwait(false);
        OnnxModel model = _best?.Model ?? GraphCopy.Copy(source);
        record.WriteTo(model);
        if (options.OutputPath is { } path)
        {
            ModelWriter.Save(model, path);
        }

        if (!stopped)
        {
            _state.Delete();
        }

        return new OptimizeResult { Model = model, Record = record, Met = record.Met, Details = Details };
    }

    private DecisionRecord Unfinished(SearchResult? best)
    {
        ComparisonResult quality = best?.Quality ?? _judge!.Compare(_judge.Source);
        DecisionRecord record = Facts(best, search, quality, best?.SourceMicroseconds ?? 0, best?.Record.Microseconds ?? 0, []);
        return record with { Budget = record.Budget + "; stopped early" };
    }

    private async Task<DecisionRecord> ReportedAsync(IDataSource report)
    {
        SourceJudge judge = ReferenceEquals(report, search) ? _judge! : await SourceJudge.CreateAsync(context, source, report, _evaluation, _judge!.Reading, CancellationToken.None).ConfigureAwait(false);
        if (_best is { } best)
        {
            ComparisonResult quality = judge.Compare(await judge.RunAsync(context.With(best.Recipe.LoaderIn(context)), best.Model, "candidate", CancellationToken.None).ConfigureAwait(false));
            List<double>[] runs = await LatencyMeter.TimesAsync(context, [source, best.Model], report, options.LatencyRows, LeastRounds, TimingBudget, CancellationToken.None, [context.Loader, best.Recipe.LoaderIn(context)]).ConfigureAwait(false);
            double[] times = [.. runs.Select(static r => LatencyMeter.Median(r))];
            if (options.Objective == OptimizeObjective.Size || times[1] <= times[0] * ResultNotes.SameTime)
            {
                return Facts(best, report, quality, times[0], times[1], runs[1]);
            }

            // Chosen by a lucky measurement: the source is what is not slower.
            _best = null;
            DecisionRecord unchanged = Facts(null, report, judge.Compare(judge.Source), times[0], times[0], runs[0]);
            return unchanged with { Notes = [.. unchanged.Notes, $"'{best.Record.Name}' was the best on the search rows; measured again it is {ResultNotes.Slower(times[0], times[1])}"] };
        }

        List<double>[] alone = await LatencyMeter.TimesAsync(context, [source], report, options.LatencyRows, LeastRounds, TimingBudget, CancellationToken.None).ConfigureAwait(false);
        double median = LatencyMeter.Median(alone[0]);
        return Facts(null, report, judge.Compare(judge.Source), median, median, alone[0]);
    }

    private DecisionRecord Facts(SearchResult? best, IDataSource report, ComparisonResult quality, double before, double after, IReadOnlyList<double> times)
    {
        CandidateRecord chosen = best?.Record ?? _source;
        string[] beyond = SearchLimits.Objections(options, before > 0 ? before / after : 1, Weights.TotalBytes((best?.Model ?? source).Graph), times);
        string objection = chosen.Accepted || chosen.Undecided ? quality.Objection() : chosen.Reason;
        string unmet = string.Join("; ", beyond.Where(o => !objection.Contains(o, StringComparison.Ordinal)).Prepend(objection).Where(static r => r.Length > 0));
        DecisionRecord record = DecisionRecord.For("optimize", source, best?.Model ?? source, context.Seed, best?.Layers ?? [], ("calibrate", calibration), ("search", search), ("report", report));
        return record with
        {
            Chosen = chosen.Name,
            Question = _question,
            Budget = Budget(),
            Met = unmet.Length == 0,
            Verdict = unmet.Length == 0 ? VerdictOutcome.Met
                : beyond.Length == 0 && quality.Verdict == VerdictOutcome.Inconclusive ? VerdictOutcome.Inconclusive
                : VerdictOutcome.NotMet,
            Reason = unmet,
            Quality = quality,
            SourceMicroseconds = before,
            Microseconds = after,
            Candidates = [_source with { Microseconds = before }, .. _state.Results],
            Notes = best is null ? [Text($"the source is returned unchanged: none of the {_state.Results.Count} candidates is within the budget, as fast and as small")]
                : [.. record.Notes, .. new[] { ResultNotes.Slower(before, after), best.Recipe.Precision == ModelPrecision.AllowBFloat16 ? NeedsPrecision : "" }.Where(static n => n.Length > 0)],
        };
    }

    private async Task<(CandidateRecord Record, ComparisonResult Quality, double SourceMicroseconds)> JudgeAsync(CandidateRecipe recipe, OnnxModel candidate, CancellationToken cancellationToken)
    {
        ComparisonResult quality = _judge!.Compare(await _judge.RunAsync(context.With(recipe.LoaderIn(context)), candidate, recipe.Name, cancellationToken).ConfigureAwait(false));
        List<double>[] runs = await LatencyMeter.TimesAsync(context, [source, candidate], search, options.LatencyRows, LeastRounds, TimingBudget, cancellationToken, [context.Loader, recipe.LoaderIn(context)]).ConfigureAwait(false);
        double[] times = [.. runs.Select(static r => LatencyMeter.Median(r))];
        double speedup = times[0] / times[1];
        long bytes = Weights.TotalBytes(candidate.Graph);
        double? slice = double.IsNegativeInfinity(quality.WorstSliceDrop) ? null : quality.WorstSliceDrop;
        string[] worse = [.. new[] { options.Objective == OptimizeObjective.Time ? ResultNotes.Slower(times[0], times[1]) : "", ResultNotes.Larger(source, candidate) }.Where(static w => w.Length > 0)];
        string[] beyond = SearchLimits.Objections(options, speedup, bytes, runs[1]);
        string reason = string.Join("; ", worse.Append(quality.Objection()).Concat(worse.Length == 0 ? beyond : []).Where(static r => r.Length > 0));
        var record = new CandidateRecord
        {
            Name = recipe.Name,
            Drop = quality.Drop,
            DropHigh = quality.DropHigh,
            Outcome = quality.Verdict,
            Undecided = quality.Verdict == VerdictOutcome.Inconclusive && beyond.Length == 0 && worse.Length == 0,
            WorstSliceDrop = slice,
            Microseconds = times[1],
            Speedup = speedup,
            Bytes = bytes,
            Improves = worse.Length == 0,
            Accepted = reason.Length == 0,
            Reason = reason,
        };
        return (record, quality, times[0]);
    }

    private string Budget()
    {
        string[] parts =
        [
            Text($"drop ≤ {options.MaxDrop:P2} of {string.Join(" and ", options.Evaluation.OtherMetrics.Prepend(_judge!.Metric).Select(static m => m.Name))}"),
            options.MaxSliceDrop is { } slice ? Text($"slice drop ≤ {slice:P2}") : "",
            options.Evaluation.MaxGapGrowth is { } gap ? Text($"gap growth ≤ {gap:P2}") : "",
            .. SearchLimits.Describe(options),
            options.Objective == OptimizeObjective.Size ? "smallest" : "",
            Text($"time ≤ {options.MaxTime}"),
        ];
        return string.Join(", ", parts.Where(static t => t.Length > 0));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
