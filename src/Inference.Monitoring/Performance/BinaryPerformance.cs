using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Performance;

/// <summary>Estimates metrics of a binary classifier without labels, from the cells of its score: confidence-based performance estimation with isotonic calibration.</summary>
/// <remarks><para>A row in cell c is positive with the calibrated probability p(c), so that the expected confusion counts, and with them the metrics, follow from the counts of cells alone. It assumes that P(label | score) is as in the reference; a shift of
/// inputs that moves scores is followed, a changed relation of inputs and labels is not, but for what <see cref="CalibrationShift"/> allows.</para>
/// <para>The interval is for the metric that the labels will show. Its variance is the sum of the labels' own, Σ n(c)·p(1 − p)·(∂f/∂k(c))² for k(c) positives of n(c) rows; that of the calibration, Σ (n(c)·∂f/∂k(c))²·p(1 − p) ÷ N(c) with N(c) reference rows;
/// and that of a shift of the calibration.</para>
/// <para>Source of the method: NannyML, "Confidence-based performance estimation", 2022.</para></remarks>
internal sealed class BinaryPerformance
{
    // Reference rows of a cell from which its calibration is measured rather than extrapolated.
    private const long EnoughRows = 10;

    private static readonly string[] s_metrics = ["auc", "accuracy", "f1"];

    private readonly CalibrationMap _map;
    private readonly CalibrationShift _shift;
    private readonly int _scored;
    private readonly int _threshold;
    private readonly double[] _reference;

    // What the estimate of the reference itself is too large by: an isotonic calibration of scores that do not order the rows pools them, and so orders them better than they do.
    private readonly double[] _bias;

    /// <summary>Initializes an estimator.</summary>
    /// <param name="counts">The reference's rows in each cell of the score.</param>
    /// <param name="positives">Those of them with a positive label.</param>
    /// <param name="ordered">The number of cells, from the first, in ascending order of score; 0 if the cells are categories.</param>
    /// <param name="threshold">The first cell that is predicted as positive.</param>
    /// <param name="shift">The allowed shift of the calibration; null for the default.</param>
    public BinaryPerformance(ReadOnlySpan<long> counts, ReadOnlySpan<long> positives, int ordered, int threshold, CalibrationShift? shift = null)
    {
        // Rows without a score (NaN, missing) have no place in an order, and no prediction; of categories all cells are predictions.
        _scored = ordered > 0 ? ordered : counts.Length;
        _map = CalibrationMap.Learn(counts, positives, ordered);
        _shift = shift ?? CalibrationShift.Default;
        _threshold = threshold;
        _reference = new double[s_metrics.Length];
        _bias = new double[s_metrics.Length];
        double[] rows = Doubles(counts), hits = Doubles(positives);
        for (int m = 0; m < s_metrics.Length; m++)
        {
            _reference[m] = Of(s_metrics[m], rows, hits);
            double own = Of(s_metrics[m], rows, Expected(rows, 0, 0)) - _reference[m];
            _bias[m] = double.IsNaN(own) ? 0 : own;
        }
    }

    /// <summary>Estimates AUC, accuracy and F1 of rows without labels.</summary>
    /// <param name="counts">The rows in each cell of the score.</param>
    /// <param name="confidence">The level of the intervals.</param>
    public MetricEstimate[] Estimate(ReadOnlySpan<long> counts, double confidence = 0.95)
    {
        double[] rows = Doubles(counts), positives = Expected(rows, 0, 0);
        double z = SpecialFunctions.NormalQuantile((1 + confidence) / 2), covered = 0, all = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            covered += _map.Rows[i] >= EnoughRows ? rows[i] : 0;
            all += rows[i];
        }

        var estimates = new MetricEstimate[s_metrics.Length];
        for (int m = 0; m < estimates.Length; m++)
        {
            double value = Math.Clamp(Of(s_metrics[m], rows, positives) - _bias[m], 0, 1), width = z * Math.Sqrt(Variance(s_metrics[m], rows, positives));
            estimates[m] = new MetricEstimate(s_metrics[m], _reference[m], value, Math.Max(value - width, 0), Math.Min(value + width, 1), all > 0 ? covered / all : 0);
        }

        return estimates;
    }

    /// <summary>The metrics of rows with labels.</summary>
    public double Realized(string metric, ReadOnlySpan<long> counts, ReadOnlySpan<long> positives) => Of(metric, Doubles(counts), Doubles(positives));

    private static double[] Doubles(ReadOnlySpan<long> counts)
    {
        var values = new double[counts.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = counts[i];
        }

        return values;
    }

    private double Variance(string metric, double[] rows, double[] positives)
    {
        double sum = 0;
        for (int i = 0; i < _scored; i++)
        {
            // A cell whose reference rows are all of one class says little if they are few: Jeffreys' share in its place.
            double p = _map.Probabilities[i] is > 0 and < 1 and var calibrated ? calibrated : 0.5 / (_map.Rows[i] + 1), own = positives[i];
            if (rows[i] == 0)
            {
                continue;
            }

            // The metrics are ratios of polynomials of second degree in k: a step of one row is small.
            double step = Math.Min(rows[i], 1) / 2;
            positives[i] = own + step;
            double above = Of(metric, rows, positives);
            positives[i] = own - step;
            double slope = (above - Of(metric, rows, positives)) / (2 * step);
            positives[i] = own;
            sum += slope * slope * p * (1 - p) * (rows[i] + (rows[i] * rows[i] / Math.Max(_map.Rows[i], 1)));
        }

        double intercept = _shift.Intercept * Slope(metric, rows, 1, 0), tilt = _shift.Slope * Slope(metric, rows, 0, 1);
        return sum + (intercept * intercept) + (tilt * tilt);
    }

    private double Slope(string metric, double[] rows, double intercept, double slope)
    {
        const double Step = 1e-3;
        return (Of(metric, rows, Expected(rows, Step * intercept, Step * slope)) - Of(metric, rows, Expected(rows, -Step * intercept, -Step * slope))) / (2 * Step);
    }

    private double[] Expected(double[] rows, double intercept, double slope)
    {
        var positives = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            double p = _map.Probabilities[i];
            if ((intercept != 0 || slope != 0) && p is > 0 and < 1)
            {
                p = 1 / (1 + Math.Exp(-(intercept + ((1 + slope) * Math.Log(p / (1 - p))))));
            }

            positives[i] = rows[i] * p;
        }

        return positives;
    }

    private double Of(string metric, double[] rows, double[] positives)
    {
        ReadOnlySpan<double> n = rows.AsSpan(0, _scored), k = positives.AsSpan(0, _scored);
        return metric switch
        {
            "auc" => ScoreMetrics.Auc(n, k),
            "accuracy" => ScoreMetrics.Accuracy(n, k, _threshold),
            _ => ScoreMetrics.F1(n, k, _threshold),
        };
    }
}
