namespace Inference.Batching.Tests;

/// <summary>Calls as the queue knows them.</summary>
internal static class Pending
{
    public static PendingCall Call(
        int rows = 1,
        RunPriority? priority = null,
        long arrival = 0,
        long deadline = long.MaxValue,
        NamedValues? inputs = null,
        long cost = 0,
        RunContext? context = null,
        CancellationToken token = default) => new()
    {
        Inputs = inputs ?? [],
        Context = context ?? (priority is { } given ? new RunContext { Priority = given } : null),
        CancellationToken = token,
        Rows = rows,
        Cost = cost,
        EnqueuedAt = arrival,
        ExpiresAt = deadline,
    };
}
