using Inference.Planning;

namespace Inference.Execution;

/// <summary>The memory of a frame's intermediate values: one block, in which the plan gave each its place.</summary>
internal sealed unsafe class FrameArena : IDisposable
{
    private readonly Plan _plan;

    public FrameArena(Plan plan)
    {
        _plan = plan;
        Reserve();
    }

#if GUARD_PAGES
    private readonly Dictionary<int, nint> _blocks = [];

    /// <summary>Gets a block of its own for each value with memory of its own; views share it.</summary>
    public void Reserve()
    {
        Plan plan = _plan;
        for (int i = 0; i < plan.Slots.Length; i++)
        {
            SlotSpec root = plan.Slots[plan.Slots[i].RootSlot];
            if (plan.Slots[i].Kind == SlotKind.Arena && !_blocks.ContainsKey(plan.Slots[i].RootSlot))
            {
                _blocks.Add(plan.Slots[i].RootSlot, (nint)Guarding.GuardedAllocator.Allocate(root.Type.ByteCount(TensorShape.Count(root.Dims))));
            }
        }
    }

    ~FrameArena() => Free();

    public byte* Address(SlotSpec slot) => (byte*)_blocks[slot.RootSlot];

    /// <summary>Fills every block with the pattern, so that what a run reads it has written.</summary>
    public void Refill()
    {
        foreach (nint block in _blocks.Values)
        {
            Guarding.GuardedAllocator.Refill((void*)block);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory back; <see cref="Reserve"/> gets it anew.</summary>
    public void Free()
    {
        foreach (nint block in _blocks.Values)
        {
            Guarding.GuardedAllocator.Free((void*)block);
        }

        _blocks.Clear();
    }
#else
    private readonly NativeBlock _block = new();

    /// <summary>Gets the memory.</summary>
    public void Reserve() => _block.Reserve(_plan.ArenaBytes);

    /// <summary>Gives the memory back; <see cref="Reserve"/> gets it anew.</summary>
    public void Free() => _block.Free();

    /// <summary>Where a value of kind <see cref="SlotKind.Arena"/> lies.</summary>
    public byte* Address(SlotSpec slot) => _block.Data + slot.Offset;

    public void Dispose() => _block.Dispose();
#endif
}
