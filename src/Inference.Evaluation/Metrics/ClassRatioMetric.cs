namespace Inference.Evaluation.Metrics;

/// <summary>Precision, recall, F1 or intersection over union of classes. 0 ÷ 0 counts as 0, like scikit-learn's <c>zero_division=0</c>.</summary>
internal sealed class ClassRatioMetric(string name, ClassRatio ratio, ClassAverage average) : SumMetric(name, higherIsBetter: true, bounded: true, MetricNeeds.Classes)
{
    public override void Describe(in EvaluationRow row, RowTerms terms) => ClassTerms.Describe(this, row, terms);

    public override double Evaluate(SumView sums)
    {
        int classes = ClassTerms.Classes(sums);
        if (average == ClassAverage.Positive)
        {
            return classes > 2
                ? throw new EvaluationException($"Metric '{Name}': expected two classes, got {classes}. Use '{Name}_macro' or '{Name}_micro'.")
                : Ratio(sums[ClassTerms.Hits(1)], sums[ClassTerms.Answered(1)], sums[ClassTerms.True(1)]);
        }

        double total = 0, hits = 0, answered = 0, actual = 0;
        int seen = 0;
        for (int i = 0; i < classes; i++)
        {
            double h = sums[ClassTerms.Hits(i)], a = sums[ClassTerms.Answered(i)], t = sums[ClassTerms.True(i)];
            hits += h;
            answered += a;
            actual += t;
            if (a > 0 || t > 0)
            {
                total += Ratio(h, a, t);
                seen++;
            }
        }

        // A prediction outside the class list counts against the pooled value, as a class of its own would.
        double weight = sums[ClassTerms.Weight];
        return average == ClassAverage.Micro ? Ratio(hits, Math.Max(answered, weight), Math.Max(actual, weight)) : total / seen;
    }

    public override IEnumerable<(RowTerms Best, RowTerms Worst)> Extremes(SumView sums) => ClassTerms.Extremes(sums);

    private double Ratio(double hits, double answered, double actual)
    {
        double below = ratio switch
        {
            ClassRatio.Precision => answered,
            ClassRatio.Recall => actual,
            ClassRatio.F1 => (answered + actual) / 2,
            _ => answered + actual - hits,
        };
        return below > 0 ? hits / below : 0;
    }
}
