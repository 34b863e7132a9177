using System.Numerics.Tensors;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>Predicts features of columns from a few features of other columns: orthogonal matching pursuit on their correlations.</summary>
internal sealed class SparseRegression
{
    // A term takes about a nanosecond of a row; what more columns explain is below the tolerance in most data.
    private const int MostTerms = 8;

    // n times the squared correlation with what is left is distributed as χ² with one degree of freedom, and exceeds 50 once in 10¹² times.
    private const double MinEvidence = 50;

    // A share of the variance that is worth another column.
    private const double MinGain = 0.01;

    // Keeps a column that others determine exactly from having no residual at all.
    private const double Ridge = 0.01;
    private const double MinDeviation = 1e-3;
    private readonly JointSample _sample;
    private readonly List<(int Column, int Feature)> _features = [];
    private readonly double[] _deviations;
    private readonly double[][] _correlations;

    /// <param name="sample">The rows.</param>
    public SparseRegression(JointSample sample)
    {
        _sample = sample;
        var values = new List<float[]>();
        var deviations = new List<double>();
        for (int c = 0; c < sample.Columns.Length; c++)
        {
            // Signs say what scores say, less exactly.
            int features = sample.Layouts[c].Ordered > 0 ? 2 : JointFeatures.CountOf(sample.Layouts[c]);
            for (int f = 0; f < features; f++)
            {
                float[] own = sample.Feature(c, f);
                float mean = TensorPrimitives.Sum(own) / own.Length;
                TensorPrimitives.Subtract(own, mean, own);
                double deviation = Math.Sqrt(TensorPrimitives.SumOfSquares(own) / own.Length);
                if (deviation > MinDeviation)
                {
                    TensorPrimitives.Divide(own, (float)deviation, own);
                    values.Add(own);
                    deviations.Add(deviation);
                    _features.Add((c, f));
                }
            }
        }

        _deviations = [.. deviations];
        _correlations = [.. values.Select(_ => new double[values.Count])];
        for (int i = 0; i < values.Count; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                _correlations[i][j] = _correlations[j][i] = TensorPrimitives.Dot(values[i], values[j]) / sample.Rows;
            }
        }
    }

    /// <summary>The residual of that feature of a column which the others explain best, with a variance of 1, and the share of its variance that they explain.</summary>
    /// <param name="column">The place among the sample's columns.</param>
    public (double Explained, JointTerm[] Terms) Best(int column)
    {
        (double Explained, JointTerm[] Terms) best = (0, []);
        for (int target = 0; target < _features.Count; target++)
        {
            if (_features[target].Column == column && Fit(target) is var fit && fit.Explained > best.Explained)
            {
                best = fit;
            }
        }

        return best;
    }

    private (double Explained, JointTerm[] Terms) Fit(int target)
    {
        double needed = Math.Max(MinGain, MinEvidence / _sample.Rows);
        List<int> chosen = [];
        double[] weights = [];
        while (chosen.Count < MostTerms)
        {
            (double gain, int next) = (needed, -1);
            for (int f = 0; f < _features.Count; f++)
            {
                if (_features[f].Column == _features[target].Column || chosen.Contains(f))
                {
                    continue;
                }

                double left = _correlations[target][f];
                for (int k = 0; k < chosen.Count; k++)
                {
                    left -= weights[k] * _correlations[chosen[k]][f];
                }

                (gain, next) = left * left > gain ? (left * left, f) : (gain, next);
            }

            if (next < 0)
            {
                break;
            }

            chosen.Add(next);
            weights = Solve(target, chosen);
        }

        double variance = 1;
        for (int k = 0; k < chosen.Count; k++)
        {
            variance -= 2 * weights[k] * _correlations[target][chosen[k]];
            for (int l = 0; l < chosen.Count; l++)
            {
                variance += weights[k] * weights[l] * _correlations[chosen[k]][chosen[l]];
            }
        }

        double scale = 1 / Math.Sqrt(Math.Max(variance, Ridge * Ridge));
        return (1 - variance,
        [
            Term(target, scale),
            .. chosen.Select((f, k) => (Weight: -weights[k] * scale, Feature: f)).OrderByDescending(static t => Math.Abs(t.Weight)).Select(t => Term(t.Feature, t.Weight)),
        ]);
    }

    private JointTerm Term(int feature, double weight) => new(_sample.Columns[_features[feature].Column], _features[feature].Feature, (float)(weight / _deviations[feature]));

    // (C + ridge·I)·w = c by elimination; C is positive definite with the ridge.
    private double[] Solve(int target, List<int> chosen)
    {
        int n = chosen.Count;
        var matrix = new double[n, n + 1];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                matrix[i, j] = _correlations[chosen[i]][chosen[j]] + (i == j ? Ridge : 0);
            }

            matrix[i, n] = _correlations[target][chosen[i]];
        }

        for (int i = 0; i < n; i++)
        {
            for (int r = i + 1; r < n; r++)
            {
                double factor = matrix[r, i] / matrix[i, i];
                for (int j = i; j <= n; j++)
                {
                    matrix[r, j] -= factor * matrix[i, j];
                }
            }
        }

        var weights = new double[n];
        for (int i = n - 1; i >= 0; i--)
        {
            double sum = matrix[i, n];
            for (int j = i + 1; j < n; j++)
            {
                sum -= matrix[i, j] * weights[j];
            }

            weights[i] = sum / matrix[i, i];
        }

        return weights;
    }
}
