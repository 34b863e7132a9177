using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Performance;

/// <summary>Estimates the mean absolute error and the root mean square error of a regression without labels, by an error model: the reference's mean error in each cell of the prediction, applied to the cells of the rows at hand.</summary>
/// <remarks>It assumes that errors depend on the prediction as in the reference. Cells with few reference rows are drawn towards the mean over all rows as if <see cref="PriorRows"/> rows had it. Within a cell, |error| has the variance that its mean and its mean
/// square leave; for the square, errors are taken as normal (variance 2·mean²).</remarks>
internal sealed class RegressionPerformance
{
    private const double PriorRows = 5;
    private const long EnoughRows = 10;

    private readonly double[] _absolute;
    private readonly double[] _squared;
    private readonly long[] _rows;
    private readonly double _meanAbsolute;
    private readonly double _meanSquare;

    /// <summary>Initializes an estimator.</summary>
    /// <param name="counts">The reference's rows in each cell of the prediction.</param>
    /// <param name="absoluteErrors">The sum of |prediction − label| in each cell.</param>
    /// <param name="squaredErrors">The sum of (prediction − label)².</param>
    public RegressionPerformance(ReadOnlySpan<long> counts, ReadOnlySpan<double> absoluteErrors, ReadOnlySpan<double> squaredErrors)
    {
        double rows = Math.Max(CellDistances.Total(counts), 1), absolute = 0, squared = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            absolute += absoluteErrors[i];
            squared += squaredErrors[i];
        }

        (_meanAbsolute, _meanSquare) = (absolute / rows, squared / rows);
        _rows = counts.ToArray();
        (_absolute, _squared) = (new double[counts.Length], new double[counts.Length]);
        for (int i = 0; i < counts.Length; i++)
        {
            _absolute[i] = (absoluteErrors[i] + (PriorRows * _meanAbsolute)) / (counts[i] + PriorRows);
            _squared[i] = (squaredErrors[i] + (PriorRows * _meanSquare)) / (counts[i] + PriorRows);
        }
    }

    /// <summary>Estimates the errors of rows without labels.</summary>
    /// <param name="counts">The rows in each cell of the prediction.</param>
    /// <param name="confidence">The level of the intervals.</param>
    public MetricEstimate[] Estimate(ReadOnlySpan<long> counts, double confidence = 0.95)
    {
        double rows = CellDistances.Total(counts), absolute = 0, squared = 0, absoluteVariance = 0, squaredVariance = 0, covered = 0;
        if (rows == 0)
        {
            return [];
        }

        for (int i = 0; i < counts.Length; i++)
        {
            double share = counts[i] / rows, own = (share * share / (_rows[i] + PriorRows)) + (share / rows);
            absolute += share * _absolute[i];
            squared += share * _squared[i];
            absoluteVariance += own * Math.Max(_squared[i] - (_absolute[i] * _absolute[i]), 0);
            squaredVariance += own * 2 * _squared[i] * _squared[i];
            covered += _rows[i] >= EnoughRows ? share : 0;
        }

        double z = SpecialFunctions.NormalQuantile((1 + confidence) / 2), wide = z * Math.Sqrt(absoluteVariance), wideSquare = z * Math.Sqrt(squaredVariance);
        return
        [
            new MetricEstimate("mae", _meanAbsolute, absolute, Math.Max(absolute - wide, 0), absolute + wide, covered),
            new MetricEstimate("rmse", Math.Sqrt(_meanSquare), Math.Sqrt(squared), Math.Sqrt(Math.Max(squared - wideSquare, 0)), Math.Sqrt(squared + wideSquare), covered),
        ];
    }
}
