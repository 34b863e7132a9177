using Inference.Execution;
using Inference.Planning;

namespace Inference.Tests.Limits;

/// <summary>A call waits for another one's plan no longer than its own limits say.</summary>
public sealed class PlanningTests
{
    [Fact]
    public void Wait_TimeIsUp_Throws()
    {
        var pending = new PendingPlan([PlanInput.Absent]);
        var control = new RunControl(MemoryBudget.Unlimited);
        control.Begin(CancellationToken.None, TimeSpan.FromMilliseconds(1));
        Assert.Throws<DeadlineExceededException>(() => pending.Wait(control));
    }

    [Fact]
    public async Task Wait_Cancelled_Throws()
    {
        var pending = new PendingPlan([PlanInput.Absent]);
        using var source = new CancellationTokenSource();
        var control = new RunControl(MemoryBudget.Unlimited);
        control.Begin(source.Token);
        Task wait = Task.Run(() => pending.Wait(control));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Wait_PlanIsThere_Returns()
    {
        var pending = new PendingPlan([PlanInput.Absent]);
        pending.Complete(null);
        var control = new RunControl(MemoryBudget.Unlimited);
        control.Begin(CancellationToken.None, TimeSpan.FromSeconds(60));
        pending.Wait(control);
        Assert.Null(pending.Plan);
    }
}
