using Inference.Monitoring.Performance;

namespace Inference.Monitoring.Verdicts;

/// <summary>Estimates the metrics of a model from the cells of its outputs, as far as the profile knows labels. Immutable; thread-safe.</summary>
internal sealed class PerformanceModel
{
    // Labels that fall outside of what scores promise say that the relation of inputs and labels changed; looked at for each window, they should not do so by chance.
    private const double CertainLevel = 0.999;

    private readonly double _certain;
    private readonly ReferenceColumn? _column;
    private readonly BinaryPerformance? _binary;
    private readonly RegressionPerformance? _regression;
    private readonly MulticlassPerformance? _multiclass;
    private readonly ReferenceColumn[] _classes = [];
    private readonly BinaryPerformance[] _classScores = [];
    private readonly string[] _metrics = [];

    /// <summary>Initializes a model.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="threshold">The score from which on the positive class is predicted.</param>
    /// <param name="certain">The level of the interval outside of which realized metrics are worse than promised.</param>
    public PerformanceModel(ReferenceProfile profile, double threshold, double certain = CertainLevel)
    {
        _certain = certain;
        ReferenceColumn[] scores = [.. profile.Columns.Where(static c => c.Kind == ColumnKind.Score && c.Positives.Length > 0 && c.Derivation == ColumnDerivation.Element)];
        bool two = profile.LabelClasses.Count == 2;
        if (two && scores.Length is 1 or 2)
        {
            // Of two scores the second is that of the second class.
            _column = scores[^1];
            int bin = Math.Clamp((int)Math.Ceiling(threshold * CellLayout.ScoreBins), 0, CellLayout.ScoreBins);
            _binary = new BinaryPerformance(_column.Counts(), _column.Positives, _column.Layout.Ordered, _column.Layout.First + bin);
            _metrics = ["auc", "accuracy", "f1"];
            return;
        }

        // The predicted class or its confidence: a row is positive where the prediction is right.
        ReferenceColumn[] judged = [.. profile.Columns.Where(static c => c.Positives.Length > 0)];
        _column = Array.Find(judged, static c => c.Derivation == ColumnDerivation.Top) ?? Array.Find(judged, static c => c.Kind == ColumnKind.Categorical);
        if (_column is not null)
        {
            _binary = new BinaryPerformance(_column.Counts(), _column.Positives, _column.Layout.Ordered, threshold: 0);
            _metrics = ["accuracy"];
            _classes = [.. scores.Where(c => c.Tensor == _column.Tensor)];
            if (_column.Derivation == ColumnDerivation.Top && _classes.Length == profile.LabelClasses.Count)
            {
                _classScores = [.. _classes.Select(static c => new BinaryPerformance(c.Counts(), c.Positives, c.Layout.Ordered, threshold: 0))];
                _multiclass = new MulticlassPerformance(_binary, _classScores);
                _metrics = ["accuracy", "auc"];
            }

            return;
        }

        _column = profile.Columns.FirstOrDefault(static c => c.AbsoluteErrors.Length > 0);
        if (_column is not null)
        {
            _regression = new RegressionPerformance(_column.Counts(), _column.AbsoluteErrors, _column.SquaredErrors);
            _metrics = ["mae", "rmse"];
        }
    }

    /// <summary>Whether the profile has labels to estimate metrics by.</summary>
    public bool HasMetrics => _column is not null;

    /// <summary>Estimates, and compares with labels where there are any.</summary>
    /// <param name="window">The counts.</param>
    /// <param name="labelled">The same rows with labels; null for none.</param>
    /// <param name="worse">Whether a realized metric is worse than the scores promise.</param>
    public PerformanceVerdict[] Judge(MonitoringWindow window, ObservedRows? labelled, out bool worse)
    {
        worse = false;
        if (_column is null)
        {
            return [];
        }

        MetricEstimate[] estimates = Estimate(place => window.Counts(place), 0.95);

        // Labels of some of the rows are compared with what those rows promise.
        MetricEstimate[] wide = labelled is null ? [] : Estimate(labelled.Labels!.Labelled, _certain);
        List<PerformanceVerdict> verdicts = [];
        for (int i = 0; i < estimates.Length; i++)
        {
            MetricEstimate estimate = estimates[i];
            if (!_metrics.Contains(estimate.Metric))
            {
                continue;
            }

            double realized = labelled is null ? double.NaN : Realized(estimate.Metric, labelled);
            worse |= Array.Find(wide, w => w.Metric == estimate.Metric) is { Metric: not null } bounds && (_binary is not null ? realized < bounds.Low : realized > bounds.High);
            verdicts.Add(new PerformanceVerdict(estimate.Metric, estimate.Reference, estimate.Value, estimate.Low, estimate.High, realized, estimate.Reliability));
        }

        return [.. verdicts];
    }

    private MetricEstimate[] Estimate(Drift.CountsOf rows, double confidence)
    {
        ReadOnlySpan<long> counts = rows(_column!.Place);
        return _multiclass?.Estimate(counts.ToArray(), [.. _classes.Select(c => rows(c.Place).ToArray())], confidence) ?? _binary?.Estimate(counts, confidence) ?? _regression!.Estimate(counts, confidence);
    }

    private double Realized(string metric, ObservedRows observed)
    {
        Profiles.LabelCounter labels = observed.Labels!;
        if (_multiclass is not null && metric == "auc")
        {
            double[] areas = [.. _classes.Select((c, i) => _classScores[i].Realized("auc", labels.Labelled(c.Place), labels.Complete(c.Place, new Profiles.ColumnFacts()).Positives)).Where(static a => !double.IsNaN(a))];
            return areas.Length == 0 ? double.NaN : areas.Average();
        }

        Profiles.ColumnFacts facts = labels.Complete(_column!.Place, new Profiles.ColumnFacts());
        ReadOnlySpan<long> counts = labels.Labelled(_column.Place);
        if (_binary is not null)
        {
            return _binary.Realized(metric, counts, facts.Positives);
        }

        double rows = 0, sum = 0;
        double[] errors = metric == "mae" ? facts.AbsoluteErrors : facts.SquaredErrors;
        for (int i = 0; i < counts.Length; i++)
        {
            rows += counts[i];
            sum += errors[i];
        }

        return rows == 0 ? double.NaN : metric == "mae" ? sum / rows : Math.Sqrt(sum / rows);
    }
}
