using Inference.Planning;

namespace Inference.Execution;

/// <summary>A plan with what running it needs: a pool of frames, and executables of inner graphs. Thread-safe.</summary>
internal sealed class ExecutablePlan : IDisposable
{
    // Runs at once that find their memory again; frames of more callers are made and freed.
    private const int MaxIdleFrames = 64;

    private readonly ExecutionFrame?[] _idle = new ExecutionFrame?[MaxIdleFrames];
    private readonly Dictionary<(PlanStep, ModelGraph), GraphExecutable> _inner = [];
    private readonly GraphExecutable _owner;
    private volatile bool _disposed;
    private volatile bool _sleeps;

    public int Threads => _owner.Threads;

    public ExecutablePlan(Plan plan, PlanInput[] inputs, GraphExecutable owner)
    {
        Plan = plan;
        Inputs = inputs;
        Constants = [.. plan.Slots.Where(s => s.Kind == SlotKind.Constant).Select(s => s.Constant!).Concat(plan.Steps.SelectMany(s => s.InnerConstants.Values))];
        _owner = owner;
        Dictionary<int, List<int>> sharers = SharersByRoot(plan);
        SharersOfInput = Array.ConvertAll(plan.InputSlots, slot => slot < 0 ? Array.Empty<int>() : [.. sharers.GetValueOrDefault(slot) ?? []]);
        OutputIsDirect = new bool[plan.OutputSlots.Length];
        SharersOfOutput = new int[plan.OutputSlots.Length][];
        var seen = new HashSet<int>();
        for (int i = 0; i < plan.OutputSlots.Length; i++)
        {
            SlotSpec slot = plan.Slots[plan.OutputSlots[i]];
            OutputIsDirect[i] = slot.Kind == SlotKind.Output && seen.Add(slot.RootSlot);
            SharersOfOutput[i] = OutputIsDirect[i] ? [.. sharers[slot.RootSlot]] : [];
        }
    }

    public Plan Plan { get; }

    /// <summary>What the plan was built for.</summary>
    public PlanInput[] Inputs { get; }

    /// <summary>For each input the slots that share its memory.</summary>
    public int[][] SharersOfInput { get; }

    /// <summary>For each output the slots that share its memory; empty where the output is copied.</summary>
    public int[][] SharersOfOutput { get; }

    /// <summary>The constants of the plan.</summary>
    public EngineValue[] Constants { get; }

    /// <summary>For each output whether it is computed in memory given by the caller of the frame.</summary>
    public bool[] OutputIsDirect { get; }

    /// <summary>When the plan was used last, for eviction.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether the plan holds no memory of runs.</summary>
    public bool Sleeps => _sleeps;

    /// <summary>Gives back the memory of idle frames, and of those that come back, until <see cref="Wake"/>; the objects stay.</summary>
    public void Sleep()
    {
        _sleeps = true;
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is not { } frame)
            {
                continue;
            }

            frame.Sleep();
            // One is enough for the next run.
            if (i > 0 || Interlocked.CompareExchange(ref _idle[0], frame, null) is not null)
            {
                frame.Dispose();
            }
        }

        lock (_inner)
        {
            foreach (GraphExecutable executable in _inner.Values)
            {
                executable.Sleep();
            }
        }
    }

    /// <summary>Ends <see cref="Sleep"/>.</summary>
    public void Wake() => _sleeps = false;

    /// <summary>A frame for one run, which counts as held by it until <see cref="Return"/>.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public ExecutionFrame Rent(RunControl control)
    {
        ExecutionFrame frame = Idle() ?? New(control);
        try
        {
            frame.Begin(control);
            return frame;
        }
        catch
        {
            Return(frame);
            throw;
        }
    }

    private ExecutionFrame? Idle()
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } frame)
            {
                return frame;
            }
        }

        return null;
    }

    // Rejected before it is allocated.
    private ExecutionFrame New(RunControl control)
    {
        long bytes = Plan.ArenaBytes + Plan.ScratchBytes;
        control.Memory.Claim(bytes);
        try
        {
            return new ExecutionFrame(this);
        }
        finally
        {
            control.Memory.Release(bytes);
        }
    }

    public void Return(ExecutionFrame frame)
    {
        frame.Release();
        if (_sleeps)
        {
            frame.Sleep();
        }

        for (int i = 0; i < _idle.Length && !_disposed; i++)
        {
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], frame, null) is null)
            {
                if (_disposed && Interlocked.Exchange(ref _idle[i], null) is { } late)
                {
                    late.Dispose();
                }

                return;
            }
        }

        frame.Dispose();
    }

    /// <summary>The executable of an inner graph of a step, made on first use.</summary>
    public GraphExecutable Inner(PlanStep step, ModelGraph graph)
    {
        lock (_inner)
        {
            if (!_inner.TryGetValue((step, graph), out GraphExecutable? executable))
            {
                executable = _owner.ForInner(graph, step.InnerConstants);
                _inner.Add((step, graph), executable);
            }

            return executable;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        for (int i = 0; i < _idle.Length; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }

        lock (_inner)
        {
            foreach (GraphExecutable executable in _inner.Values)
            {
                executable.Dispose();
            }
        }

        // Kernels may be running in frames that are still rented: they are left to the garbage collector together with the plan.
    }

    private static Dictionary<int, List<int>> SharersByRoot(Plan plan)
    {
        var sharers = new Dictionary<int, List<int>>();
        for (int i = 0; i < plan.Slots.Length; i++)
        {
            if (plan.Slots[i].Kind is SlotKind.Input or SlotKind.Output)
            {
                int root = plan.Slots[i].RootSlot;
                if (!sharers.TryGetValue(root, out List<int>? slots))
                {
                    sharers.Add(root, slots = []);
                }

                slots.Add(i);
            }
        }

        return sharers;
    }
}
