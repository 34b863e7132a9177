namespace Inference.Evaluation.Metrics;

/// <summary>Rows with equal score, truth and weight.</summary>
internal readonly record struct ScoreEntry(double Score, bool Positive, double Weight, long Count) : IComparable<ScoreEntry>
{
    public double Total => Weight * Count;

    /// <summary>Orders by score, then truth, then weight, so that the order of the rows does not matter. Positive and negative zero are one score.</summary>
    public int CompareTo(ScoreEntry other)
    {
        int order = Score.CompareTo(other.Score);
        order = order != 0 ? order : Positive.CompareTo(other.Positive);
        return order != 0 ? order : Weight.CompareTo(other.Weight);
    }

    public bool IsLike(ScoreEntry other) => Score.Equals(other.Score) && Positive == other.Positive && Weight == other.Weight;
}
