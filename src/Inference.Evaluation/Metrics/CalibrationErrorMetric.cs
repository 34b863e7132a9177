namespace Inference.Evaluation.Metrics;

/// <summary>Expected calibration error over B equally wide bins of probability: Σ_b |Σ_b w·(p − hit)| ÷ Σw. Two classes: p = p₁ and hit = [y = 1]; more classes: p is the highest probability and hit = [its class is true].</summary>
/// <remarks>A bin contains lower edge &lt; p ≤ upper edge, the first also 0, as in scikit-learn's <c>calibration_curve</c>. Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015.</remarks>
internal sealed class CalibrationErrorMetric(int bins) : SumMetric("calibration_error", higherIsBetter: false, bounded: true, MetricNeeds.Probabilities)
{
    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int classes = ClassProbabilities.Count(this, row.Probabilities, row.Actual);
        for (int i = 0; i < row.Actual.Length; i++)
        {
            if (row.Actual[i] == EvaluationRow.Ignored)
            {
                continue;
            }

            ReadOnlySpan<double> p = row.Probabilities.Slice(i * classes, classes);
            int answered = 1;
            if (classes > 2)
            {
                answered = 0;
                for (int c = 1; c < classes; c++)
                {
                    answered = p[c] > p[answered] ? c : answered;
                }
            }

            terms.Add(0, 1);
            int bin = Bin(p[answered]);
            terms.Add(1 + bin, p[answered]);
            terms.Add(1 + bin, row.Actual[i] == answered ? -1 : 0);
        }
    }

    public override double Evaluate(SumView sums)
    {
        double total = 0;
        for (int i = 0; i < bins; i++)
        {
            total += Math.Abs(sums[1 + i]);
        }

        return total / sums[0];
    }

    // Edges as numpy's linspace: i · (1 ÷ B).
    private int Bin(double p)
    {
        int bin = 0;
        while (bin < bins - 1 && (bin + 1) * (1.0 / bins) < p)
        {
            bin++;
        }

        return bin;
    }
}
