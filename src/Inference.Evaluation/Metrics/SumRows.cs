namespace Inference.Evaluation.Metrics;

/// <summary>The rows of a <see cref="SumMetric"/>, as the terms they add. The effect of a row is that of leaving it out: (n − 1)(θ − θ₍₋ᵢ₎), centred. Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11.</summary>
internal sealed class SumRows(SumMetric metric) : MetricRows
{
    private readonly List<(int Index, double Value)[]> _rows = [];
    private readonly RowTerms _terms = new();
    private int _width;
    private double _heaviest;

    public override int Count => _rows.Count;

    public override void Add(in EvaluationRow row)
    {
        _terms.Clear();
        if (row.Weight > 0)
        {
            metric.Describe(row, _terms);
        }

        _heaviest = Math.Max(_heaviest, row.Weight);
        var kept = new (int Index, double Value)[_terms.Items.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            (int index, double value) = _terms.Items[i];
            kept[i] = (index, value * row.Weight);
            _width = Math.Max(_width, index + 1);
        }

        _rows.Add(kept);
    }

    public override RowInfluence Influence(ReadOnlySpan<int> rows)
    {
        var high = new double[_width];
        var low = new double[_width];
        foreach (int row in rows)
        {
            Add(high, low, _rows[row], 1);
        }

        double value = metric.Evaluate(new SumView(high, low));
        var effects = new double[rows.Length];
        double mean = 0;
        (double High, double Low)[] before = [];
        for (int i = 0; i < rows.Length; i++)
        {
            // The previous sums are restored bit for bit, so that rounding does not accumulate over rows.
            (int Index, double Value)[] terms = _rows[rows[i]];
            Array.Resize(ref before, Math.Max(before.Length, terms.Length));
            for (int k = 0; k < terms.Length; k++)
            {
                before[k] = (high[terms[k].Index], low[terms[k].Index]);
            }

            Add(high, low, terms, -1);
            effects[i] = (rows.Length - 1) * (value - metric.Evaluate(new SumView(high, low)));
            mean += effects[i] / rows.Length;
            for (int k = terms.Length - 1; k >= 0; k--)
            {
                (high[terms[k].Index], low[terms[k].Index]) = before[k];
            }
        }

        for (int i = 0; i < effects.Length; i++)
        {
            effects[i] -= mean;
        }

        (double[] best, double[] worst) = Extremes(high, low, rows.Length, value);
        return new RowInfluence(value, effects, best, worst);
    }

    private (double[] Best, double[] Worst) Extremes(double[] high, double[] low, int rows, double value)
    {
        List<double> best = [], worst = [];
        foreach ((RowTerms right, RowTerms wrong) in metric.Extremes(new SumView(high, low)))
        {
            best.Add((rows + 1) * (With(high, low, right) - value));
            worst.Add((rows + 1) * (With(high, low, wrong) - value));
        }

        return ([.. best], [.. worst]);
    }

    private double With(double[] high, double[] low, RowTerms more)
    {
        double[] copy = (double[])high.Clone(), rest = (double[])low.Clone();
        Array.Resize(ref copy, Math.Max(copy.Length, more.Items.Select(static t => t.Index + 1).DefaultIfEmpty(0).Max()));
        Array.Resize(ref rest, copy.Length);
        Add(copy, rest, [.. more.Items.Select(t => (t.Index, t.Value * _heaviest))], 1);
        return metric.Evaluate(new SumView(copy, rest));
    }

    // Two doubles per sum: the error of each addition is kept (Knuth's two-sum).
    private static void Add(double[] high, double[] low, (int Index, double Value)[] terms, double sign)
    {
        foreach ((int index, double value) in terms)
        {
            double addend = sign * value;
            double sum = high[index] + addend;
            double part = sum - high[index];
            low[index] += (high[index] - (sum - part)) + (addend - part);
            high[index] = sum;
        }
    }
}
