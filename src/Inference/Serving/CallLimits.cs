namespace Inference.Serving;

/// <summary>What may stop a call.</summary>
/// <param name="Time">The time limit from now on; null for no limit.</param>
/// <param name="Clock">The clock for the limit.</param>
/// <param name="Cancellation">The caller's token.</param>
internal readonly record struct CallLimits(TimeSpan? Time, TimeProvider Clock, CancellationToken Cancellation);
