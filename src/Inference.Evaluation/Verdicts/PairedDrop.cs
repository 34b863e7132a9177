using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Verdicts;

/// <summary>Per-row values whose mean is the drop of a metric, and their bounds.</summary>
internal sealed class PairedDrop
{
    // More than anybody has: the answer is then that no number of rows decides.
    private const double MostRows = 1e12;

    // A fifth of the level is reserved for the approximations of the jackknife, the saddlepoint and finite samples: the stated level holds, at the cost of 6 % more rows.
    private const double KeptBack = 0.2;

    private readonly double[] _figures;
    private readonly double _most;
    private readonly double _least;

    public PairedDrop(Metric metric, RowInfluence source, RowInfluence candidate, double drop)
    {
        // Of a relative drop c/s − 1 (or its negative) the derivative is (dc − (c/s)·ds) ÷ |s|.
        double sign = metric.HigherIsBetter ? -1 : 1;
        bool relative = !metric.IsBounded && source.Value != 0;
        double divisor = relative ? Math.Abs(source.Value) : 1, ratio = relative ? candidate.Value / source.Value : 1;
        double Effect(double before, double after) => sign * (after - (ratio * before)) / divisor;

        _figures = new double[source.Effects.Length];
        double greatest = 0;
        for (int i = 0; i < _figures.Length; i++)
        {
            double effect = Effect(source.Effects[i], candidate.Effects[i]);
            _figures[i] = drop + effect;
            greatest = Math.Max(greatest, Math.Abs(effect));
        }

        IsDefined = Array.TrueForAll(_figures, double.IsFinite);
        (_most, _least) = (drop + greatest, drop - greatest);
        if (source.Best.Length > 0 && !relative)
        {
            (_most, _least) = (_figures.DefaultIfEmpty(drop).Max(), _figures.DefaultIfEmpty(drop).Min());
            for (int i = 0; i < source.Best.Length && i < candidate.Best.Length; i++)
            {
                _most = Math.Max(_most, drop + Effect(source.Best[i], candidate.Worst[i]));
                _least = Math.Min(_least, drop + Effect(source.Worst[i], candidate.Best[i]));
            }
        }

        IsDefined &= double.IsFinite(_most) && double.IsFinite(_least);
    }

    /// <summary>Whether all values are finite.</summary>
    public bool IsDefined { get; }

    public double Upper(double confidence) => new MeanBound(_figures, _most).Upper(Careful(confidence));

    public double Lower(double confidence) => -new MeanBound(_figures.Select(static f => -f), -_least).Upper(Careful(confidence));

    /// <summary>The number of rows like these that brings the upper end within the budget; null if even 10¹² do not.</summary>
    public long? RowsFor(double budget, double confidence)
    {
        double few = _figures.Length, many = few;
        while (!Decides(many))
        {
            few = many;
            many *= 2;
            if (many > MostRows)
            {
                return null;
            }
        }

        while (many - few > Math.Max(1, 0.005 * many))
        {
            double middle = (few + many) / 2;
            (few, many) = Decides(middle) ? (few, middle) : (middle, many);
        }

        return (long)Math.Ceiling(many);

        bool Decides(double rows) => new MeanBound(_figures, _most, rows / _figures.Length).Upper(Careful(confidence)) <= budget;
    }

    private static double Careful(double confidence) => confidence + (KeptBack * (1 - confidence));
}
