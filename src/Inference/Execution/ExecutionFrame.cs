using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Planning;

namespace Inference.Execution;

/// <summary>The memory of one run of a plan, used again by later runs. One run at a time.</summary>
internal sealed unsafe partial class ExecutionFrame : KernelContext, IMemoryHolder, IDisposable
{
    private readonly ExecutablePlan _plan;
    private readonly PlanStep[] _steps;
    private readonly FrameArena _arena;
    private readonly NativeBlock _scratch = new();
    private readonly int _threads;
    private readonly bool _hasPadding;
    private EngineValue?[] _innerInputs = [];
    private EngineValue?[] _innerOutputs = [];
    private DynamicMemory? _dynamic;
    private Dictionary<PlanStep, StepMemory>? _kept;
    private PlanStep _step = null!;
    private RunControl _control = RunControl.None;
    private long _claimed;
    private bool _sleeps;

    public ExecutionFrame(ExecutablePlan plan)
    {
        _plan = plan;
        _steps = plan.Plan.Steps;
        _threads = plan.Threads;
        _arena = new(plan.Plan);
        _scratch.Reserve(plan.Plan.ScratchBytes);
        SlotSpec[] specs = plan.Plan.Slots;
        Slots = new EngineValue?[specs.Length];
        for (int i = 0; i < specs.Length; i++)
        {
            SlotSpec spec = specs[i];
            if (spec.Kind == SlotKind.Constant)
            {
                Slots[i] = spec.Constant;
            }
            else if (IsPlaced(spec))
            {
                var tensor = new Tensor();
                tensor.Set(spec.Type, spec.Dims, spec.Kind == SlotKind.Arena ? _arena.Address(spec) : null, spec.Kind == SlotKind.Arena ? _arena : null);
                Slots[i] = tensor;
                _hasPadding |= HasPadding(spec);
            }
        }
    }

    public override Node Node => _step.Node;

    public override int Threads => _threads;

    /// <summary>Sets input <paramref name="index"/> to a value of any kind; a tensor's memory is read in place and must stay until <see cref="Release"/>.</summary>
    public void SetInput(int index, EngineValue value)
    {
        int slot = _plan.Plan.InputSlots[index];
        if (slot < 0)
        {
            return;
        }

        if (value is Tensor { Type: not ElementType.String } tensor && _plan.Plan.Slots[slot].Dims is not null)
        {
            Share(_plan.SharersOfInput[index], tensor.Data, tensor.Owner);
        }
        else
        {
            Slots[slot] = value;
        }
    }

    /// <summary>Sets the memory that output <paramref name="index"/> is computed in to that of a tensor; only where <see cref="ExecutablePlan.OutputIsDirect"/>.</summary>
    public void SetOutputMemory(int index, Tensor tensor) => Share(_plan.SharersOfOutput[index], tensor.Data, tensor.Owner);

    /// <summary>Sets the memory that output <paramref name="index"/> is computed in to what a pin holds, which must hold it until <see cref="Release"/>.</summary>
    public void SetOutputMemory(int index, TensorPin pin) => Share(_plan.SharersOfOutput[index], (byte*)pin.Address, pin);

    /// <summary>The value of output <paramref name="index"/> after <see cref="Execute"/>.</summary>
    public EngineValue GetOutput(int index) => Slots[_plan.Plan.OutputSlots[index]]
        ?? throw new ModelRunException($"Output {index} was not computed. The model is not valid.");

    /// <summary>Enters a run: what the frame holds counts as the run's until <see cref="Release"/>.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public void Begin(RunControl control)
    {
        _control = control;
        _claimed = 0;
        long bytes = _plan.Plan.ArenaBytes + (_sleeps ? _plan.Plan.ScratchBytes : _scratch.Bytes);
        control.Memory.ClaimAlone(bytes);
        _claimed = bytes;
        if (_sleeps)
        {
            Wake();
        }

        long kept = _dynamic?.KeptBytes ?? 0;
        if (_kept is not null)
        {
            foreach (StepMemory memory in _kept.Values)
            {
                kept += memory.KeptBytes;
            }
        }

        control.Memory.Hold(this, kept);
    }

    /// <summary>Runs every step, within the run that <see cref="Begin"/> entered.</summary>
    /// <exception cref="ModelRunException">A step failed; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Execute()
    {
        RunControl control = _control;
        using KernelControl.Scope scope = KernelControl.Enter(control);
        OnStarting();
        bool canStop = control.CanStop;
        int index = 0;
        try
        {
            PlanStep[] steps = _steps;
            for (; index < steps.Length; index++)
            {
                if (canStop)
                {
                    control.ThrowIfStopped();
                }

                RunStep(steps[index]);
            }
        }
        catch (Exception exception) when (exception is not (InferenceException or OperationCanceledException))
        {
            Throw(_steps[index], exception);
        }
    }

    /// <summary>Runs step by step and tells the observer the time each took.</summary>
    public void ExecuteObserved(Action<PlanStep, long> observe)
    {
        using KernelControl.Scope scope = KernelControl.Enter(_control);
        OnStarting();
        foreach (PlanStep step in _steps)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            RunStep(step);
            observe(step, System.Diagnostics.Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>The value in a slot, for observers; null where nothing is there yet.</summary>
    public EngineValue? ValueIn(int slot) => slot < 0 ? null : Slots[slot];

    /// <summary>Lets go of the caller's values.</summary>
    public void Release()
    {
        for (int i = 0; i < _plan.SharersOfInput.Length; i++)
        {
            int slot = _plan.Plan.InputSlots[i];
            if (slot >= 0 && _plan.Plan.Slots[slot].Dims is null)
            {
                Slots[slot] = null;
            }
            else
            {
                Share(_plan.SharersOfInput[i], null, null);
            }
        }

        for (int i = 0; i < _plan.SharersOfOutput.Length; i++)
        {
            Share(_plan.SharersOfOutput[i], null, null);
        }

        _dynamic?.Release();
        for (int i = 0; i < Slots.Length && _dynamic is not null; i++)
        {
            if (_plan.Plan.Slots[i].Kind == SlotKind.Dynamic)
            {
                Slots[i] = null;
            }
        }

        _innerInputs.AsSpan().Clear();
        _innerOutputs.AsSpan().Clear();
        if (_kept is not null)
        {
            long left = DynamicMemory.MaxKeptBytes;
            foreach (StepMemory memory in _kept.Values)
            {
                memory.Release(left);
                left -= memory.KeptBytes;
            }
        }

        if (_scratch.Bytes > _plan.Plan.ScratchBytes + DynamicMemory.MaxKeptBytes)
        {
            _scratch.Free();
        }

        _control.Memory.Drop(this);
        _control.Memory.Release(_claimed);
        _claimed = 0;
        _control = RunControl.None;
    }

    public void Count(MemoryCount count)
    {
        // Constants are owned by the plan, and inputs by the caller or the outer frame, which counts them.
        foreach (EngineValue constant in _plan.Constants)
        {
            count.Skip(constant);
        }

        foreach (int slot in _plan.Plan.InputSlots)
        {
            count.Skip(slot < 0 ? null : Slots[slot]);
        }

        for (int i = 0; i < Slots.Length; i++)
        {
            if (_plan.Plan.Slots[i].Kind is not (SlotKind.Constant or SlotKind.Input))
            {
                count.Add(Slots[i]);
            }
        }

        _dynamic?.Count(count);
        if (_kept is not null)
        {
            foreach (StepMemory memory in _kept.Values)
            {
                memory.Count(count);
            }
        }

        foreach (EngineValue? value in _innerInputs)
        {
            count.Add(value);
        }

        foreach (EngineValue? value in _innerOutputs)
        {
            count.Add(value);
        }
    }

    public override Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        int slot = OutputSlot(index);
        SlotSpec spec = _plan.Plan.Slots[slot];
        if (spec.Kind != SlotKind.Dynamic)
        {
            var tensor = (Tensor)Slots[slot]!;
            if (tensor.Type != type || !tensor.Dims.SequenceEqual(dims))
            {
                throw Error($"output {index}: expected {tensor}, got {type.Name()}{TensorShape.Format(dims)}: it differs from the shape inferred before the run.");
            }

            return tensor;
        }

        return (_dynamic ??= new(Slots.Length)).Allocate(this, Slots, slot, type, dims);
    }

    public override void SetOutput(int index, EngineValue value)
    {
        int slot = OutputSlot(index);
        SlotSpec spec = _plan.Plan.Slots[slot];
        if (spec.Kind == SlotKind.Dynamic)
        {
            Slots[slot] = value;
            _dynamic ??= new(Slots.Length);
            if (value is Tensor { Owner: PinnedBlock } own)
            {
                _control.Memory.Settle(MemoryOf(own.Type, own.Dims));
            }

            return;
        }

        if (value is not Tensor tensor || tensor.Type != spec.Type || !tensor.Dims.SequenceEqual(spec.Dims))
        {
            throw Error($"output {index}: expected {spec.Type.Name()}{TensorShape.Format(spec.Dims)}, got {value}: it differs from the shape inferred before the run.");
        }

        tensor.CopyTo((Tensor)Slots[slot]!);
    }

    public override byte* Scratch(long bytes)
    {
        if (bytes > _scratch.Bytes)
        {
            // The old block is released before the new one is allocated.
            long more = bytes - _scratch.Bytes;
            _control.Memory.Claim(more);
            _claimed += more;
        }

        _scratch.Reserve(bytes);
        return _scratch.Data;
    }

    public override T Kept<T>(Func<T> make)
    {
        _kept ??= [];
        if (!_kept.TryGetValue(_step, out StepMemory? memory))
        {
            _kept.Add(_step, memory = make());
        }

        return (T)memory;
    }

    public override RunControl Control => _control;

    public override void ThrowIfCancelled() => _control.ThrowIfStopped();

    public override void RunSubgraph(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs)
    {
        outputs.Clear();
        RunSubgraphAgain(graph, inputs, outputs);
    }

    public override void RunSubgraphAgain(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs)
    {
        PlanStep step = _step;
        (int[] inputSlots, int[] outputSlots) = (InputSlots, OutputSlots);
        GraphExecutable executable = _plan.Inner(step, graph);
        int count = graph.Inputs.Count + graph.Captures.Count;
        Span<EngineValue?> all = Room(ref _innerInputs, count);
        inputs[..Math.Min(inputs.Length, graph.Inputs.Count)].CopyTo(all);
        for (int i = 0; i < graph.Captures.Count; i++)
        {
            Value captured = graph.Captures[i];
            all[graph.Inputs.Count + i] = step.InnerConstants.TryGetValue(captured, out Tensor? constant) ? constant
                : step.CaptureSlots.TryGetValue(captured, out int slot) ? Slots[slot]
                : null;
        }

        // Tensors of an earlier call belong to this node until they are rewritten or replaced.
        Span<EngineValue?> held = Room(ref _innerOutputs, outputs.Length);
        outputs.CopyTo(held);
        executable.RunInner(all, outputs, _control);
        outputs.CopyTo(held);
        _step = step;
        (InputSlots, OutputSlots) = (inputSlots, outputSlots);
    }

    public void Dispose()
    {
        _arena.Dispose();
        _scratch.Dispose();
    }

    // Subgraphs of a frame differ in their number of inputs: the array grows to the maximum, and nothing is kept beyond the used part.
    private static Span<EngineValue?> Room(ref EngineValue?[] array, int count)
    {
        if (array.Length < count)
        {
            array = new EngineValue?[count];
        }

        array.AsSpan(count).Clear();
        return array.AsSpan(0, count);
    }

    private void Share(int[] slots, byte* data, object? owner)
    {
        foreach (int slot in slots)
        {
            ((Tensor)Slots[slot]!).SetData(data, owner);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RunStep(PlanStep step)
    {
        _step = step;
        InputSlots = step.Inputs;
        OutputSlots = step.Outputs;
        OnStepStarting(step);
        if (step.Kernel is { } kernel)
        {
            kernel.Run(this);
        }
        else
        {
            RunOperator(step);
        }

        if (_hasPadding)
        {
            ClearPadding(step);
        }

        OnStepDone(step);
    }

    // Prepared kernels create no values, so only operators begin a step of the budget.
    private void RunOperator(PlanStep step)
    {
        _control.Memory.BeginStep();
        if (step.IsDynamic)
        {
            RunDynamic(step);
        }
        else
        {
            step.Operator.Run(this);
        }

        _control.Memory.BeginStep();
    }

    // Kernels of packed types write elements; the bits after the last one would keep their old contents.
    private void ClearPadding(PlanStep step)
    {
        foreach (int slot in step.Outputs)
        {
            if (slot >= 0 && HasPadding(_plan.Plan.Slots[slot]))
            {
                ((Tensor)Slots[slot]!).ClearPadding();
            }
        }
    }

    private static bool IsPlaced(SlotSpec spec) => spec is { Kind: not (SlotKind.Dynamic or SlotKind.Constant), Dims: not null } && spec.Type is not ElementType.String;

    private static bool HasPadding(SlotSpec spec) =>
        spec is { Kind: SlotKind.Arena or SlotKind.Output, Dims: not null } && spec.Type.IsPacked() && Tensor.PaddingStart(spec.Type, TensorShape.Count(spec.Dims)) > 0;

    // Bodies exist only in the guard-page variant (eng/guard.sh).
    partial void OnStarting();

    partial void OnStepStarting(PlanStep step);

    partial void OnStepDone(PlanStep step);

    [DoesNotReturn]
    private static void Throw(PlanStep step, Exception exception) =>
        throw new ModelRunException($"{step.Node.Describe()}: the operator failed for these values ({exception.GetType().Name}: {exception.Message}).", exception);
}
