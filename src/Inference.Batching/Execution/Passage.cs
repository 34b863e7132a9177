namespace Inference.Batching.Execution;

/// <summary>How a call runs past the queue.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Since">When it came, ticks of the clock; 0 where nobody asks.</param>
/// <param name="Cell">Where the gate takes its rows back, of a call beside the slots; null for one in a slot that was free.</param>
/// <param name="IsCounted">Beside the slots: whether it is measured.</param>
internal readonly record struct Passage(int Rows, long Since = 0, int? Cell = null, bool IsCounted = false);
