namespace Inference.Batching.Execution;

/// <summary>A call that bypasses the queue.</summary>
/// <param name="Rows">The number of its rows.</param>
/// <param name="Since">Its arrival, ticks of the clock; 0 if it is not needed.</param>
/// <param name="Cell">The cell to which the gate returns its rows, for a call outside the slots; null for a call in a free slot.</param>
/// <param name="IsCounted">Whether a call outside the slots is measured.</param>
/// <param name="Scope">The mark of its run, for a call in a slot; null if the run cannot call a pipeline.</param>
internal readonly record struct Passage(int Rows, long Since = 0, int? Cell = null, bool IsCounted = false, RunScope? Scope = null);
