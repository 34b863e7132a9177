namespace Inference.Serving;

/// <summary>What may stop a call.</summary>
/// <param name="Time">How long it may take from now; null for no limit.</param>
/// <param name="Clock">The clock of that time.</param>
/// <param name="Cancellation">The caller's token.</param>
internal readonly record struct CallLimits(TimeSpan? Time, TimeProvider Clock, CancellationToken Cancellation);
