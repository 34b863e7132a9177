namespace Inference.Evaluation.Metrics;

/// <summary>A metric of how well scores rank the members of a class before the others. Two classes: of class 1, by its score minus that of class 0 if there are two scores; more classes: the mean over classes, each against the rest.</summary>
internal abstract class ScoreMetric(string name) : Metric(name, higherIsBetter: true, bounded: true, MetricNeeds.Scores)
{
    public sealed override MetricAccumulator CreateAccumulator() => new ScoreAccumulator(this);

    internal sealed override MetricRows CreateRows() => new ScoreRows(this);

    /// <summary>The value over entries in ascending order of score; NaN if it is undefined.</summary>
    public abstract double Evaluate(ReadOnlySpan<ScoreEntry> entries);

    /// <summary>The derivatives with respect to each entry's weight, over entries in ascending order of score, and to the weight of a row with the best or worst possible prediction.</summary>
    public abstract ScoreExtremes Differentiate(ReadOnlySpan<ScoreEntry> entries, Span<double> derivatives);

    /// <summary>The number of orderings that a row belongs to: 1 for two classes, otherwise one per class.</summary>
    public static int Orderings(int classes) => classes == 2 ? 1 : classes;

    /// <summary>The score and truth of a position in an ordering.</summary>
    public static ScoreEntry Entry(ReadOnlySpan<double> scores, int actual, int ordering, double weight) => scores.Length == 2
        ? new ScoreEntry(scores[1] - scores[0], actual == 1, weight, 1)
        : new ScoreEntry(scores[ordering], actual == ordering, weight, 1);

    /// <summary>Whether a score is NaN; NaN sorts first.</summary>
    protected static bool HasNaN(ReadOnlySpan<ScoreEntry> entries) => entries.Length > 0 && double.IsNaN(entries[0].Score);

    /// <summary>The weights of members and non-members with one score, and the index of the next score.</summary>
    protected static (double Members, double Others, int End) Tie(ReadOnlySpan<ScoreEntry> entries, int start)
    {
        double members = 0, others = 0;
        int i = start;
        for (; i < entries.Length && entries[i].Score.Equals(entries[start].Score); i++)
        {
            members += entries[i].Positive ? entries[i].Total : 0;
            others += entries[i].Positive ? 0 : entries[i].Total;
        }

        return (members, others, i);
    }
}
