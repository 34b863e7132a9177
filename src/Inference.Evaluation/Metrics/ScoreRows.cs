namespace Inference.Evaluation.Metrics;

/// <summary>Rows of a <see cref="ScoreMetric"/>. The effect of a row is n·w times the metric's derivative by its weight (the infinitesimal jackknife; for AUC these are DeLong's placements).</summary>
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
        double value = 0, reach = 0;
        for (int ordering = 0; ordering < _orderings; ordering++)
        {
            (int Row, int Ordering, ScoreEntry Entry)[] mine = [.. _entries.Where(e => e.Ordering == ordering && places[e.Row] >= 0 && e.Entry.Weight > 0).OrderBy(static e => e.Entry)];
            ScoreEntry[] entries = Array.ConvertAll(mine, static e => e.Entry);
            value += metric.Evaluate(entries) / _orderings;
            var derivatives = new double[entries.Length];
            reach += rows.Length * metric.Differentiate(entries, derivatives) / _orderings;
            for (int i = 0; i < mine.Length; i++)
            {
                effects[places[mine[i].Row]] += rows.Length * entries[i].Weight * derivatives[i] / _orderings;
            }
        }

        return new RowInfluence(_orderings == 0 ? double.NaN : value, effects, reach);
    }
}
