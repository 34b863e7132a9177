using Inference.Batching.Queue;

namespace Inference.Batching.Scheduling;

/// <summary>An event and its subject; see <see cref="BatchEventKind"/>.</summary>
internal readonly record struct BatchEvent(
    BatchEventKind Kind, PendingCall? Call = null, Batch? Batch = null, BatchingOptions? Options = null, int Rows = 0, long Since = 0);
