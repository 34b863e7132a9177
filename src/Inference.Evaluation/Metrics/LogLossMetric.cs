namespace Inference.Evaluation.Metrics;

/// <summary>−mean ln p(true class); p is clipped to [2⁻⁵², 1 − 2⁻⁵²], then each position's probabilities are divided by their sum. A label outside the class list has p = 2⁻⁵². Perplexity is its exponential.</summary>
/// <remarks>As scikit-learn's <c>log_loss</c> over float64 with its default <c>eps</c>.</remarks>
internal sealed class LogLossMetric(string name, bool perplexity = false) : SumMetric(name, higherIsBetter: false, bounded: false, MetricNeeds.Probabilities)
{
    // 2⁻⁵², the step behind 1: probabilities are kept this far from 0 and 1, as scikit-learn keeps them.
    internal const double Least = 2.220446049250313e-16;

    public override void Describe(in EvaluationRow row, RowTerms terms)
    {
        int classes = ClassProbabilities.Count(this, row.Probabilities, row.Actual);
        int counted = 0;
        double loss = 0;
        for (int i = 0; i < row.Actual.Length; i++)
        {
            if (row.Actual[i] == EvaluationRow.Ignored)
            {
                continue;
            }

            double sum = 0;
            foreach (double p in row.Probabilities.Slice(i * classes, classes))
            {
                sum += Clip(p);
            }

            bool known = (uint)row.Actual[i] < (uint)classes;
            loss -= Math.Log(known ? Clip(row.Probabilities[(i * classes) + row.Actual[i]]) / sum : Least);
            counted++;
        }

        terms.Add(0, counted);
        terms.Add(1, loss);
    }

    public override double Evaluate(SumView sums) => perplexity ? Math.Exp(MeanTerms.Value(sums)) : MeanTerms.Value(sums);

    private static double Clip(double p) => double.IsNaN(p) ? p : Math.Clamp(p, Least, 1 - Least);
}
