namespace OptimizeAndServe.Tuning;

/// <summary>The accepted loss of quality compared with the float model, in points of AUC.</summary>
/// <param name="Overall">The loss over all rows.</param>
/// <param name="Slice">The loss on any slice.</param>
internal sealed record QualityBudget(double Overall, double Slice)
{
    /// <summary>The loss that all settings together may have on the rows they are selected on: half of the final budget, because other rows differ by chance.</summary>
    public static QualityBudget All { get; } = new(0.05, 0.2);

    public bool Allows(QualityLoss loss) => loss.Overall <= Overall && loss.Slice <= Slice;

    /// <summary>The loss that a step may use, so that something is left for later steps.</summary>
    public QualityBudget Share(double share) => new(share * Overall, share * Slice);
}
