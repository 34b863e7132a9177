using Inference.Planning;

namespace Inference.Execution;

/// <summary>A frame that no run needs for now keeps its objects, and gives back its memory.</summary>
internal sealed unsafe partial class ExecutionFrame
{
    /// <summary>Gives back the memory until the next <see cref="Begin"/>. Not during a run.</summary>
    public void Sleep()
    {
        if (_sleeps)
        {
            return;
        }

        _sleeps = true;
        SetArena(asleep: true);
        _arena.Free();
        _scratch.Free();
        _dynamic = null;
        _kept = null;
    }

    private void Wake()
    {
        _arena.Reserve();
        _scratch.Reserve(_plan.Plan.ScratchBytes);
        SetArena(asleep: false);
        _sleeps = false;
    }

    private void SetArena(bool asleep)
    {
        SlotSpec[] specs = _plan.Plan.Slots;
        for (int i = 0; i < specs.Length; i++)
        {
            if (specs[i].Kind == SlotKind.Arena && IsPlaced(specs[i]))
            {
                ((Tensor)Slots[i]!).SetData(asleep ? null : _arena.Address(specs[i]), asleep ? null : _arena);
            }
        }
    }
}
