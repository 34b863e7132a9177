using Inference.Guarding;
using Inference.Planning;

namespace Inference.Execution;

/// <summary>The guard-page variant of a frame: intermediate memory is filled with a pattern before each run, and the bytes around every block are checked after each step.</summary>
internal sealed unsafe partial class ExecutionFrame
{
    partial void OnStarting() => _arena.Refill();

    partial void OnStepStarting(PlanStep step) => GuardedAllocator.NodeStarting?.Invoke(step.Node.Describe());

    partial void OnStepDone(PlanStep step)
    {
        switch (GuardedAllocator.PlantedFault)
        {
            case 1 when FirstTensor(step.Inputs) is { } input:
                GC.KeepAlive(input.Data[input.ByteCount]);
                break;
            case 2 when FirstTensor(step.Outputs) is { } output:
                output.Data[output.ByteCount] = 1;
                break;
            case 3 when FirstTensor(step.Inputs) is { } input:
                GC.KeepAlive(input.Data[-1]);
                break;
        }

        GuardedAllocator.Check(step.Node.Describe());
    }

    private Tensor? FirstTensor(int[] slots)
    {
        foreach (int slot in slots)
        {
            if (slot >= 0 && Slots[slot] is Tensor { Type: not ElementType.String, Data: not null } tensor)
            {
                return tensor;
            }
        }

        return null;
    }
}
