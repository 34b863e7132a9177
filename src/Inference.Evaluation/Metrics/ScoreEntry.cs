namespace Inference.Evaluation.Metrics;

/// <summary>Rows of one score, one truth and one weight.</summary>
internal readonly record struct ScoreEntry(double Score, bool Positive, double Weight, long Count) : IComparable<ScoreEntry>
{
    public double Total => Weight * Count;

    /// <summary>By score, then truth, then weight: the order does not depend on how rows came. Zeros of both signs are one score.</summary>
    public int CompareTo(ScoreEntry other)
    {
        int order = Score.CompareTo(other.Score);
        order = order != 0 ? order : Positive.CompareTo(other.Positive);
        return order != 0 ? order : Weight.CompareTo(other.Weight);
    }

    public bool IsLike(ScoreEntry other) => Score.Equals(other.Score) && Positive == other.Positive && Weight == other.Weight;
}
