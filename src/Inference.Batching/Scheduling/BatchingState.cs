namespace Inference.Batching.Scheduling;

/// <summary>The current state of the scheduler.</summary>
/// <param name="RowLimit">The maximum number of rows in a batch, trials not considered.</param>
/// <param name="Delay">The maximum wait for further rows, ticks of the clock.</param>
/// <param name="QueuedRows">Queued rows.</param>
/// <param name="InFlight">Batches and inline calls in flight.</param>
internal readonly record struct BatchingState(int RowLimit, long Delay, int QueuedRows, int InFlight);
