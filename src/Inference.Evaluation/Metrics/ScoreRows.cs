namespace Inference.Evaluation.Metrics;

/// <summary>The rows of a <see cref="ScoreMetric"/>. The effect of a row is n·w times the metric's derivative with respect to its weight (the infinitesimal jackknife; for AUC these are DeLong's placements).</summary>
internal sealed class ScoreRows(ScoreMetric metric) : MetricRows
{
    private readonly List<(int Row, int Ordering, ScoreEntry Entry)> _entries = [];
    private int _rows;
    private int _orderings;

    public override int Count => _rows;

    public override void Add(in EvaluationRow row)
    {
        int classes = ClassProbabilities.Count(metric, row.Scores, row.Actual);
        _orderings = Math.Max(_orderings, ScoreMetric.Orderings(classes));
        for (int position = 0; position < row.Actual.Length; position++)
        {
            for (int i = 0; i < ScoreMetric.Orderings(classes) && row.Actual[position] != EvaluationRow.Ignored; i++)
            {
                _entries.Add((_rows, i, ScoreMetric.Entry(row.Scores.Slice(position * classes, classes), row.Actual[position], i, row.Weight)));
            }
        }

        _rows++;
    }

    public override RowInfluence Influence(ReadOnlySpan<int> rows)
    {
        var places = new int[_rows];
        Array.Fill(places, -1);
        for (int i = 0; i < rows.Length; i++)
        {
            places[rows[i]] = i;
        }

        var effects = new double[rows.Length];
        double value = 0, heaviest = 0;
        var extremes = new ScoreExtremes[_orderings];
        for (int ordering = 0; ordering < _orderings; ordering++)
        {
            (int Row, int Ordering, ScoreEntry Entry)[] mine = [.. _entries.Where(e => e.Ordering == ordering && places[e.Row] >= 0 && e.Entry.Weight > 0).OrderBy(static e => e.Entry)];
            ScoreEntry[] entries = Array.ConvertAll(mine, static e => e.Entry);
            value += metric.Evaluate(entries) / _orderings;
            var derivatives = new double[entries.Length];
            extremes[ordering] = metric.Differentiate(entries, derivatives);
            for (int i = 0; i < mine.Length; i++)
            {
                heaviest = Math.Max(heaviest, entries[i].Weight);
                effects[places[mine[i].Row]] += rows.Length * entries[i].Weight * derivatives[i] / _orderings;
            }
        }

        if (_orderings == 0)
        {
            return new RowInfluence(double.NaN, effects, [], []);
        }

        double scale = rows.Length * heaviest / _orderings;
        (double[] best, double[] worst) = Extremes(extremes, scale);
        return new RowInfluence(value, effects, best, worst);
    }

    // A row of class c is a member in ordering c and a non-member elsewhere; with two classes it is either in the single ordering.
    private static (double[] Best, double[] Worst) Extremes(ScoreExtremes[] all, double scale)
    {
        if (all.Length == 1)
        {
            return ([scale * all[0].BestMember, scale * all[0].BestOther], [scale * all[0].WorstMember, scale * all[0].WorstOther]);
        }

        double bestOthers = all.Sum(static e => e.BestOther), worstOthers = all.Sum(static e => e.WorstOther);
        return ([.. all.Select(e => scale * (e.BestMember + bestOthers - e.BestOther))], [.. all.Select(e => scale * (e.WorstMember + worstOthers - e.WorstOther))]);
    }
}
