namespace OptimizeAndServe.Tuning;

/// <summary>A trial of a setting.</summary>
/// <param name="Step">The step of the pipeline.</param>
/// <param name="Setting">The setting.</param>
/// <param name="Cost">Its cost, as text.</param>
/// <param name="Drop">Points of AUC lost overall on the selection rows.</param>
/// <param name="SliceDrop">Points lost on the worst slice.</param>
/// <param name="Slice">The name of that slice.</param>
/// <param name="Chosen">Whether it was selected.</param>
internal sealed record Trial(string Step, string Setting, string Cost, double Drop, double SliceDrop, string Slice, bool Chosen);
