using Inference.Evaluation.Metrics;
using Inference.Evaluation.Sequential;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// One metric over judged rows. A metric that is a mean of values in [0, 1] also has an interval that is valid at all times (a confidence sequence), and an estimate from all rows: the mean of what the scores lead to expect, plus
/// the mean of (value − expectation) over the labelled ones. Not thread-safe.
/// </summary>
/// <remarks>Source: Angelopoulos, Bates, Fannjiang, Jordan, Zrnic, "Prediction-powered inference", 2023. Its interval assumes that labelled rows are a random sample of all, which the age of judged predictions is to provide.</remarks>
/// <param name="metric">The metric.</param>
/// <param name="threshold">The score from which on class 1 is predicted.</param>
/// <param name="share">The part of the error probability of the interval that there is for these rows.</param>
internal sealed class RealizedAccumulator(Metric metric, double threshold, double share)
{
    private const double Alpha = 0.05;
    private const double Deviations = 1.959963984540054;
    private readonly MetricAccumulator _exact = metric.CreateAccumulator();
    private readonly OutcomeCounts _outcomes = new(metric.Name == "brier" ? 100 : 1);
    private MomentSums _expected;
    private MomentSums _differences;

    private bool IsMean => metric.Name is "accuracy" or "brier" or "precision" or "recall";

    private bool HasExpectation => metric.Name is "accuracy" or "brier";

    /// <summary>Adds a row.</summary>
    public void Add(in JudgedRow row)
    {
        if (HasExpectation && row.IsProbability)
        {
            _expected.Add(Expected(row.Score));
        }

        if (row.Label is not { } label)
        {
            return;
        }

        if (metric.Needs == MetricNeeds.Values)
        {
            _exact.Add(new EvaluationRow { Values = [row.Score], Truth = [label] });
            return;
        }

        if (row.Class is not { } positive || (metric.Needs == MetricNeeds.Probabilities && !row.IsProbability))
        {
            return;
        }

        bool predicted = row.Score >= threshold;
        _exact.Add(new EvaluationRow
        {
            Predicted = [predicted ? 1 : 0],
            Actual = [positive ? 1 : 0],
            Probabilities = row.IsProbability ? [1 - row.Score, row.Score] : [],
            Scores = [-row.Score, row.Score],
        });
        if (Outcome(row.Score, predicted, positive) is { } outcome)
        {
            _outcomes.Add(outcome, row.Uniform);
            if (HasExpectation && row.IsProbability)
            {
                _differences.Add(outcome - Expected(row.Score));
            }
        }
    }

    /// <summary>The metric; null without labelled rows.</summary>
    public RealizedMetric? Realize(string version, string? segmentColumn, string? segment)
    {
        if (_exact.Rows == 0)
        {
            return null;
        }

        (double low, double high) = IsMean ? ConfidenceSequence.Mean(_outcomes, Alpha * share) : (double.NaN, double.NaN);
        bool estimated = _expected.Count > 0 && _differences.Count > 1;
        double estimate = _expected.Mean + _differences.Mean;
        double width = Deviations * Math.Sqrt((_expected.Variance / _expected.Count) + (_differences.Variance / _differences.Count));
        return new RealizedMetric
        {
            Name = metric.Name,
            ModelVersion = version,
            SegmentColumn = segmentColumn,
            Segment = segment,
            Rows = _exact.Rows,
            Value = _exact.Value,
            Low = low,
            High = high,
            EstimatedRows = estimated ? _expected.Count : 0,
            Estimate = estimated ? Math.Clamp(estimate, 0, 1) : double.NaN,
            EstimateLow = estimated ? Math.Clamp(estimate - width, 0, 1) : double.NaN,
            EstimateHigh = estimated ? Math.Clamp(estimate + width, 0, 1) : double.NaN,
        };
    }

    private double Expected(double p) => metric.Name == "brier" ? p * (1 - p) : p >= threshold ? p : 1 - p;

    private double? Outcome(double score, bool predicted, bool positive) => metric.Name switch
    {
        "accuracy" => predicted == positive ? 1 : 0,
        "brier" => (score - (positive ? 1 : 0)) * (score - (positive ? 1 : 0)),
        "precision" => predicted ? positive ? 1 : 0 : null,
        "recall" => positive ? predicted ? 1 : 0 : null,
        _ => null,
    };
}
