namespace Inference.Batching;

/// <summary>Specifies how a call is handled that finds the queue full.</summary>
public enum QueueFullMode
{
    /// <summary>The newest queued call of lower priority that would be served later is displaced; if there is none, the new call fails. Either fails with <see cref="OverloadedException"/>.</summary>
    Shed,
    /// <summary>The call waits for room in the queue; its deadline and cancellation still apply. Its inputs are not copied while it waits.</summary>
    Wait,
}
