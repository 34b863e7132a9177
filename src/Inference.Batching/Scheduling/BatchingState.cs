namespace Inference.Batching.Scheduling;

/// <summary>What the scheduler does at the moment.</summary>
/// <param name="RowLimit">Rows in a batch at most, trials apart.</param>
/// <param name="Delay">The longest wait for company, ticks of the clock.</param>
/// <param name="QueuedRows">Rows that queue.</param>
/// <param name="InFlight">Batches and inline calls in flight.</param>
internal readonly record struct BatchingState(int RowLimit, long Delay, int QueuedRows, int InFlight);
