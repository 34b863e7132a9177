using System.Globalization;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;
using Inference.Rows;

namespace Inference.Optimization.Evaluation;

/// <summary>Compares candidates with a source model on the same rows: the reading is decided once, from the source, and used for every candidate.</summary>
internal sealed class SourceJudge
{
    // A share of 2,000 rows has a standard error of 1.1 % at most; 500 strata leave four rows to each.
    private const int SampleRows = 2000;
    private const int MostStrata = 500;

    // Rows whose answer changed, in the record: to look at, not to count.
    private const int ListedFlips = 50;

    // Of the gaps' interval, as of the drop's.
    private const double Confidence = 0.95;

    // A budget that no drop meets: without a question, the number of rows that would decide is not computed.
    private const double NoBudget = double.MinValue;

    private readonly EvaluationSet _set;
    private readonly EvaluationOptions _options;
    private readonly TensorValue _labels;

    private SourceJudge(EvaluationSet set, EvaluationOptions options, TensorValue labels, OutputReading reading, Answers source, string provider)
    {
        Provider = provider;
        _set = set;
        _options = options;
        _labels = labels;
        Reading = reading;
        Source = source;
        Metric = options.Metric ?? MetricCatalog.Parse(reading.Metric);
    }

    /// <summary>What ran the source model.</summary>
    public string Provider { get; }

    public OutputReading Reading { get; }

    public Metric Metric { get; }

    /// <summary>The source model's predictions.</summary>
    public Answers Source { get; }

    /// <summary>The slices of each row, one for each slice column, in its order; empty if there are no slice columns.</summary>
    public string[][] Slices => _set.Slices;

    /// <param name="context">Provides the loader, the seed and the progress.</param>
    /// <param name="source">The source model.</param>
    /// <param name="data">The rows to evaluate on.</param>
    /// <param name="options">The metric, labels and slices.</param>
    /// <param name="reading">The reading, if it was decided on other rows; null to decide it on a sample of these.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The metric needs labels and there are none.</exception>
    /// <exception cref="DataException">The data does not match the model.</exception>
    /// <exception cref="Inference.Evaluation.EvaluationException">Outputs or labels cannot be read unambiguously.</exception>
    public static async Task<SourceJudge> CreateAsync(
        OptimizationContext context, OnnxModel source, IDataSource data, EvaluationOptions options, OutputReading? reading, CancellationToken cancellationToken)
    {
        EvaluationSet set = await EvaluationSet.ReadAsync(data, options, cancellationToken).ConfigureAwait(false);
        await using ModelSession session = await ModelSession.OpenAsync(context, source, "source", cancellationToken).ConfigureAwait(false);
        OwnAnswers? own = set.Labels is null ? await OwnAnswers.ReadAsync(session, data, options.Output, cancellationToken).ConfigureAwait(false) : null;
        TensorValue labels = set.Labels ?? own!.Labels;
        reading ??= await DecideAsync(context, session, data, labels, own?.Options ?? Known(options), cancellationToken).ConfigureAwait(false);
        Answers answers = await Answers.ReadAsync(context, session, data, labels, reading, "source", cancellationToken).ConfigureAwait(false);
        var judge = new SourceJudge(set, options, labels, reading, answers, session.Runner.Info.Provider);
        foreach (Metric other in options.OtherMetrics)
        {
            // A metric that cannot be read from this output is refused before the work.
            judge.Measure(other);
        }

        return judge;
    }

    /// <summary>Runs a candidate over the rows.</summary>
    public async Task<Answers> RunAsync(OptimizationContext context, OnnxModel model, string stage, CancellationToken cancellationToken)
    {
        await using ModelSession session = await ModelSession.OpenAsync(context, model, stage, cancellationToken).ConfigureAwait(false);
        return await Answers.ReadAsync(context, session, _set.Data, _labels, Reading, stage, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The source model's metric.</summary>
    public double Measure() => Measure(Metric);

    private double Measure(Metric metric)
    {
        MetricAccumulator accumulator = metric.CreateAccumulator();
        for (int row = 0; row < Source.Rows; row++)
        {
            accumulator.Add(Source.Row(row));
        }

        return accumulator.Value;
    }

    /// <summary>The drop if some rows are answered by another model and the rest by the source.</summary>
    /// <param name="other">The other model's predictions.</param>
    /// <param name="rows">The rows that the other model answers.</param>
    public DropVerdict JudgeMixed(Answers other, IReadOnlySet<int> rows)
    {
        var judge = new PairedJudge(Metric, new VerdictOptions { Budget = NoBudget });
        for (int row = 0; row < Source.Rows; row++)
        {
            judge.Add(Source.Row(row), rows.Contains(row) ? other.Row(row) : Source.Row(row));
        }

        return judge.Judge().Overall;
    }

    /// <summary>Judges a candidate by bounds and a confidence of its own.</summary>
    /// <param name="candidate">The candidate's predictions.</param>
    /// <param name="options">Bounds and confidence.</param>
    /// <param name="slices">The slices of each row; empty for none.</param>
    public Verdict Judge(Answers candidate, VerdictOptions options, string[][] slices) => Judge(Metric, candidate, options, slices);

    public ComparisonResult Compare(Answers candidate)
    {
        var flips = new List<Flip>();
        int count = 0, toWrong = 0, toRight = 0;
        for (int row = 0; row < Source.Rows; row++)
        {
            EvaluationRow before = Source.Row(row), after = candidate.Row(row);
            int at = before.Predicted.CommonPrefixLength(after.Predicted);
            if (at < before.Predicted.Length)
            {
                (int from, int to, int label) = (before.Predicted[at], after.Predicted[at], before.Actual[at]);
                count++;
                toWrong += from == label ? 1 : 0;
                toRight += to == label ? 1 : 0;
                if (flips.Count < ListedFlips)
                {
                    flips.Add(new Flip(row, from, to, _options.IsAgreement || label < 0 ? null : label));
                }
            }
        }

        Verdict verdict = Judge(Metric, candidate);
        (double worst, double mean) = Differences(candidate);
        return new ComparisonResult
        {
            Metric = Metric.Name,
            Rows = Source.Rows,
            Source = verdict.Overall.Source,
            Candidate = verdict.Overall.Candidate,
            Drop = verdict.Overall.Drop,
            DropLow = verdict.Overall.Low,
            DropHigh = verdict.Overall.High,
            Outcome = _options.MaxDrop is null ? null : verdict.Overall.Outcome,
            RowsToDecide = _options.MaxDrop is null ? null : verdict.Overall.RowsToDecide,
            Slices = [.. verdict.Slices.Select(Slice)],
            OtherMetrics = [.. _options.OtherMetrics.Select(metric => Other(metric, candidate))],
            Gaps = Slices.Length == 0 || _options.IsAgreement || !GapAnalysis.Applies(this) ? [] : GapAnalysis.Measure(this, candidate, _options.Slices, _options.MinimumSliceRows, _options.MaxGapGrowth, Confidence),
            FlipCount = count,
            FlipsToWrong = _options.IsAgreement ? 0 : toWrong,
            FlipsToRight = _options.IsAgreement ? 0 : toRight,
            Flips = flips,
            WorstOutputError = worst,
            MeanOutputError = mean,
            Reading = Reading,
        };
    }

    private Verdict Judge(Metric metric, Answers candidate) => Judge(
        metric, candidate, new VerdictOptions { Budget = _options.MaxDrop ?? NoBudget, SliceBudget = _options.MaxSliceDrop ?? NoBudget, MinimumSliceRows = _options.MinimumSliceRows }, _set.Slices);

    private Verdict Judge(Metric metric, Answers candidate, VerdictOptions options, string[][] slices)
    {
        var judge = new PairedJudge(metric, options);
        for (int row = 0; row < Source.Rows; row++)
        {
            judge.Add(Source.Row(row), candidate.Row(row), slices.Length == 0 ? [] : slices[row]);
        }

        return judge.Judge();
    }

    private MetricResult Other(Metric metric, Answers candidate)
    {
        Verdict verdict = Judge(metric, candidate);
        return new MetricResult
        {
            Name = metric.Name,
            Source = verdict.Overall.Source,
            Candidate = verdict.Overall.Candidate,
            Drop = verdict.Overall.Drop,
            DropLow = verdict.Overall.Low,
            DropHigh = verdict.Overall.High,
            Outcome = _options.MaxDrop is null ? null : verdict.Overall.Outcome,
            RowsToDecide = _options.MaxDrop is null ? null : verdict.Overall.RowsToDecide,
            Slices = [.. verdict.Slices.Select(Slice)],
        };
    }

    private SliceResult Slice(DropVerdict slice) => new()
    {
        Name = slice.Name,
        Rows = slice.Rows,
        Judged = slice.Outcome != VerdictOutcome.NotJudged,
        Source = slice.Source,
        Candidate = slice.Candidate,
        Drop = slice.Drop,
        DropLow = slice.Low,
        DropHigh = slice.High,
        Outcome = _options.MaxSliceDrop is null ? null : slice.Outcome,
        Reason = slice.Reason,
        RowsToDecide = _options.MaxSliceDrop is null ? null : slice.RowsToDecide,
    };

    private (double Worst, double Mean) Differences(Answers candidate)
    {
        IReadOnlyList<float> before = Source.Numbers, after = candidate.Numbers;
        double worst = 0, sum = 0;
        for (int i = 0; i < before.Count; i++)
        {
            double difference = Math.Abs(before[i] - (double)after[i]);
            worst = Math.Max(worst, difference);
            sum += difference;
        }

        return (worst, sum / Math.Max(1, before.Count));
    }

    private static ReadingOptions Known(EvaluationOptions options) => new()
    {
        OutputName = options.Output,
        Task = options.Metric is not { Needs: MetricNeeds.Values } metric ? null : metric.Name == "box_iou" ? ReadingTask.Boxes : ReadingTask.Values,
    };

    private static async Task<OutputReading> DecideAsync(
        OptimizationContext context, ModelSession session, IDataSource data, TensorValue labels, ReadingOptions options, CancellationToken cancellationToken)
    {
        var sampler = new StratifiedSampler(context.Seed);
        string[] strata = Strata(labels);
        for (int row = 0; row < strata.Length; row++)
        {
            sampler.Add(row, strata[row]);
        }

        long[] rows = sampler.Take(SampleRows);
        var samples = new List<ReadingSample>();
        try
        {
            int done = 0;
            await foreach ((NamedValues outputs, int count) in session.RunAllAsync(rows.Length == strata.Length ? data : new SelectedRows(data, rows), cancellationToken).ConfigureAwait(false))
            {
                samples.Add(new ReadingSample(outputs, TensorRows.Take(labels, Array.ConvertAll(rows[done..(done + count)], static row => (int)row))));
                done += count;
            }

            return OutputReader.Decide(session.Runner.Info, samples, options);
        }
        finally
        {
            foreach (ReadingSample sample in samples)
            {
                sample.Outputs.Dispose();
                sample.Labels.Dispose();
            }
        }
    }

    // One stratum per label value, so that every class is in the sample; deciles for numbers with many values.
    private static string[] Strata(TensorValue labels)
    {
        int width = TensorRows.RowElements(labels);
        int rows = TensorRows.Count(labels);
        var values = new string[rows];
        float[] numbers = labels.ElementType == ElementType.String ? [] : TensorConversion.ToFloats(labels);
        for (int row = 0; row < rows; row++)
        {
            values[row] = labels.ElementType == ElementType.String
                ? string.Join(' ', labels.AsSpan<string>().Slice(row * width, width).ToArray())
                : string.Join(' ', numbers.Skip(row * width).Take(width).Select(static n => n.ToString("R", CultureInfo.InvariantCulture)));
        }

        return values.Distinct(StringComparer.Ordinal).Take(MostStrata + 1).Count() <= MostStrata ? values
            : width == 1 && numbers.Length > 0 ? StratifiedSampler.GetStrata(Array.ConvertAll(numbers, static n => (double)n))
            : Array.ConvertAll(values, static _ => "");
    }
}
