namespace OptimizeAndServe.Tuning;

/// <summary>One thing that was tried.</summary>
/// <param name="Step">The step of the pipeline.</param>
/// <param name="Setting">What was set.</param>
/// <param name="Cost">What it costs, in words.</param>
/// <param name="Drop">Points of AUC lost overall on the rows that choices are made by.</param>
/// <param name="SliceDrop">Points lost on the worst slice.</param>
/// <param name="Slice">That slice.</param>
/// <param name="Chosen">Whether it was chosen.</param>
internal sealed record Trial(string Step, string Setting, string Cost, double Drop, double SliceDrop, string Slice, bool Chosen);
