namespace OptimizeAndServe.Tuning;

/// <summary>The loss compared with other scores of the same rows, in points of AUC; negative for a gain.</summary>
/// <param name="Overall">The loss over all rows.</param>
/// <param name="Slice">The loss on the slice with the largest loss.</param>
/// <param name="SliceName">The name of that slice.</param>
internal readonly record struct QualityLoss(double Overall, double Slice, string SliceName);
