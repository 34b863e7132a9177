namespace Inference.Planning;

/// <summary>How a graph is run for given input shapes: steps in order, slots, arena. Immutable; many runs share it, each with its own memory.</summary>
internal sealed class Plan(PlanStep[] steps, SlotSpec[] slots, int[] inputSlots, int[] outputSlots, long arenaBytes, long scratchBytes) : IDisposable
{
    public PlanStep[] Steps => steps;

    public SlotSpec[] Slots => slots;

    /// <summary>For each input of the graph its slot; −1 where nothing uses it.</summary>
    public int[] InputSlots => inputSlots;

    /// <summary>For each output of the graph its slot.</summary>
    public int[] OutputSlots => outputSlots;

    public long ArenaBytes => arenaBytes;

    /// <summary>The largest scratch of a prepared step, bytes.</summary>
    public long ScratchBytes => scratchBytes;

    /// <summary>What was computed in planning and is kept by this plan alone, bytes.</summary>
    public long FoldedBytes { get; init; }

    public void Dispose()
    {
        foreach (PlanStep step in steps)
        {
            step.Kernel?.Dispose();
        }
    }
}
