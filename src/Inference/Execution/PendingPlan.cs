using Inference.Planning;

namespace Inference.Execution;

/// <summary>A plan that one call builds; other calls for the same inputs wait for it, as long as they may. Thread-safe.</summary>
internal sealed class PendingPlan(PlanInput[] inputs)
{
    private readonly ManualResetEventSlim _done = new(false);

    /// <summary>What the plan is built for.</summary>
    public PlanInput[] Inputs => inputs;

    /// <summary>The plan; null where it could not be built.</summary>
    public ExecutablePlan? Plan { get; private set; }

    /// <summary>Lets the waiting calls go on.</summary>
    public void Complete(ExecutablePlan? plan)
    {
        Plan = plan;
        _done.Set();
    }

    /// <summary>Waits within the caller's limits.</summary>
    /// <exception cref="OperationCanceledException">The caller's call was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The caller's time is up.</exception>
    public void Wait(RunControl control) => control.Wait(_done);
}
