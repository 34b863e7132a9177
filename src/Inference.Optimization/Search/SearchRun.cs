using System.Globalization;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Search;

/// <summary>The state of a search: the source's predictions, the results so far, the best model.</summary>
internal sealed class SearchRun(OptimizationContext context, OnnxModel source, IDataSource search, OptimizeOptions options, SearchState state)
{
    // For each candidate, both models in turns: repeats to the 15 % below.
    private static readonly TimeSpan TimingBudget = TimeSpan.FromMilliseconds(400);

    private readonly EvaluationOptions _evaluation = options.Evaluation.With(options.MaxDrop, options.MaxSliceDrop);
    private SourceJudge? _judge;
    private OnnxModel? _best;
    private CandidateRecord? _bestRecord;
    private IReadOnlyList<LayerDecision> _bestLayers = [];

    /// <summary>Whether the source has been evaluated; before that there is nothing to return.</summary>
    public bool Started => _judge is not null;

    /// <summary>Details for the report.</summary>
    public ReportDetails Details { get; set; } = new();

    public double? BestDrop => _bestRecord?.Drop;

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _judge = await SourceJudge.CreateAsync(context, source, search, _evaluation, null, cancellationToken).ConfigureAwait(false);

    /// <returns>The result; null if the recipe does not apply to the model.</returns>
    public async Task<CandidateRecord?> TryAsync(CandidateRecipe recipe, CancellationToken cancellationToken)
    {
        // A result known from an interrupted search is rebuilt only if it could still be the best.
        CandidateRecord? known = state.Results.Find(r => r.Name == recipe.Name);
        if (known is not null && !Better(known))
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

        CandidateRecord result = known ?? await JudgeAsync(recipe.Name, candidate, cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            state.Add(result);
        }

        if (Better(result))
        {
            (_best, _bestRecord, _bestLayers) = (candidate, result, layers);
            if (options.OutputPath is { } path)
            {
                ModelWriter.Save(candidate, path);
            }
        }

        return result;
    }

    public async Task<OptimizeResult> FinishAsync(IDataSource calibration, IDataSource report, bool stopped)
    {
        OnnxModel model = _best ?? GraphCopy.Copy(source);
        SourceJudge judge = ReferenceEquals(report, search) ? _judge! : await SourceJudge.CreateAsync(context, source, report, _evaluation, _judge!.Reading, CancellationToken.None).ConfigureAwait(false);
        ComparisonResult quality = judge.Compare(await judge.RunAsync(context, model, "candidate", CancellationToken.None).ConfigureAwait(false));
        double[] times = await LatencyMeter.MeasureAsync(context, [source, model], report, options.LatencyRows, TimingBudget, CancellationToken.None).ConfigureAwait(false);
        string? unmet = _bestRecord is null ? "no candidate was tried" : Rank(_bestRecord) == 0 ? _bestRecord.Reason : quality.Objection() is { Length: > 0 } objection ? objection : null;
        DecisionRecord record = DecisionRecord.For("optimize", source, model, context.Seed, _bestLayers, ("calibrate", calibration), ("search", search), ("report", report)) with
        {
            Budget = Budget() + (stopped ? "; stopped early" : ""),
            Met = unmet is null,
            Verdict = unmet is null ? VerdictOutcome.Met
                : _bestRecord is not null && Rank(_bestRecord) > 0 && quality.Verdict == VerdictOutcome.Inconclusive ? VerdictOutcome.Inconclusive
                : VerdictOutcome.NotMet,
            Reason = unmet ?? "",
            Quality = quality,
            SourceMicroseconds = times[0],
            Microseconds = times[1],
            Candidates = [.. state.Results],
        };
        record.WriteTo(model);
        if (options.OutputPath is { } path)
        {
            ModelWriter.Save(model, path);
        }

        if (!stopped)
        {
            state.Delete();
        }

        return new OptimizeResult
        {
            Model = model,
            Record = record,
            Met = unmet is null,
            Details = Details,
        };
    }

    private async Task<CandidateRecord> JudgeAsync(string name, OnnxModel candidate, CancellationToken cancellationToken)
    {
        ComparisonResult quality = _judge!.Compare(await _judge.RunAsync(context, candidate, name, cancellationToken).ConfigureAwait(false));
        double[] times = await LatencyMeter.MeasureAsync(context, [source, candidate], search, options.LatencyRows, TimingBudget, cancellationToken).ConfigureAwait(false);
        double speedup = times[0] / times[1];
        double? slice = double.IsNegativeInfinity(quality.WorstSliceDrop) ? null : quality.WorstSliceDrop;
        string slow = speedup < options.MinSpeedup ? Text($"speedup {speedup:F2} is below {options.MinSpeedup:F2}") : "";
        string reason = string.Join("; ", new[] { quality.Objection(), slow }.Where(static r => r.Length > 0));
        return new CandidateRecord
        {
            Name = name,
            Drop = quality.Drop,
            DropHigh = quality.DropHigh,
            Outcome = quality.Verdict,
            Undecided = quality.Verdict == VerdictOutcome.Inconclusive && slow.Length == 0,
            WorstSliceDrop = slice,
            Microseconds = times[1],
            Speedup = speedup,
            Bytes = Weights.TotalBytes(candidate.Graph),
            Accepted = reason.Length == 0,
            Reason = reason,
        };
    }

    // A candidate within the budget precedes an undecided one, which precedes one that exceeds it. Within the budget the faster one is preferred, or the smaller one if the times differ by less than 15 %, the repeatability of such timings; beyond it, the one with the smaller drop.
    private bool Better(CandidateRecord result)
    {
        const double SameSpeed = 0.15;
        if (_bestRecord is not { } best || Rank(result) != Rank(best))
        {
            return _bestRecord is null || Rank(result) > Rank(_bestRecord);
        }

        if (Rank(result) == 0)
        {
            return result.Drop < best.Drop;
        }

        return Math.Abs((result.Speedup / best.Speedup) - 1) < SameSpeed ? result.Bytes < best.Bytes : result.Speedup > best.Speedup;
    }

    private static int Rank(CandidateRecord result) => result.Accepted ? 2 : result.Undecided ? 1 : 0;

    private string Budget() => string.Join(
        ", ",
        new[]
        {
            Text($"drop ≤ {options.MaxDrop:P2} of {_judge!.Metric.Name}"),
            options.MaxSliceDrop is { } slice ? Text($"slice drop ≤ {slice:P2}") : "",
            options.MinSpeedup is { } speedup ? Text($"speedup ≥ {speedup:F2}") : "",
            Text($"time ≤ {options.MaxTime}"),
        }.Where(t => t.Length > 0));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
