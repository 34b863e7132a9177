namespace OptimizeAndServe.Tuning;

/// <summary>What is lost against other scores of the same rows, in points of AUC; negative: gained.</summary>
/// <param name="Overall">Over all rows.</param>
/// <param name="Slice">On the slice that loses most.</param>
/// <param name="SliceName">That slice.</param>
internal readonly record struct QualityLoss(double Overall, double Slice, string SliceName);
