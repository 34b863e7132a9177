namespace Inference.Monitoring.Feedback;

/// <summary>The predictions of a version that are judged together: all from a fixed start on. The k-th one of a version has 6 ÷ (πk)² of the error probability, so that the intervals of all of them hold together. Not thread-safe.</summary>
internal sealed class EvaluationBlock
{
    private readonly Dictionary<string, Dictionary<string, int>> _ranks = new(StringComparer.Ordinal);
    private int _number = 1;

    /// <summary>The time of the first prediction; null if none was read yet.</summary>
    public DateTimeOffset? Start { get; set; }

    /// <summary>The part of the error probability that is this block's.</summary>
    public double Share => PartOf(_number);

    /// <summary>The k-th of parts that are 1 together.</summary>
    public static double PartOf(int k) => 6 / (Math.PI * k * Math.PI * k);

    /// <summary>The groups of a column, each with its number in the order in which they appeared, from 1 on; new ones are added by the caller.</summary>
    public Dictionary<string, int> Ranks(string column)
    {
        if (!_ranks.TryGetValue(column, out Dictionary<string, int>? ranks))
        {
            _ranks[column] = ranks = new(StringComparer.Ordinal);
        }

        return ranks;
    }

    /// <summary>Begins the next block.</summary>
    public void Renew()
    {
        _number++;
        Start = null;
        _ranks.Clear();
    }
}
