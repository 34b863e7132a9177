namespace OptimizeAndServe.Tuning;

/// <summary>How much quality may be lost against the float model, in points of AUC.</summary>
/// <param name="Overall">Over all rows.</param>
/// <param name="Slice">On any slice.</param>
internal sealed record QualityBudget(double Overall, double Slice)
{
    /// <summary>What all choices together may lose on the rows they are made by: half of what is allowed in the end, as other rows differ by chance.</summary>
    public static QualityBudget All { get; } = new(0.05, 0.2);

    public bool Allows(QualityLoss loss) => loss.Overall <= Overall && loss.Slice <= Slice;

    /// <summary>What a step may use up, so that something is left for those after it.</summary>
    public QualityBudget Share(double share) => new(share * Overall, share * Slice);
}
