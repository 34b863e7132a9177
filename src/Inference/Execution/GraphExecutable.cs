using Inference.Kernels.Threading;
using Inference.Planning;

namespace Inference.Execution;

/// <summary>
/// A graph that can be run for inputs of any shape: a bounded number of plans, of which those used least recently give back the memory of their runs first, and are evicted at
/// <see cref="KeptShare"/> times that number. Thread-safe.
/// </summary>
internal sealed unsafe class GraphExecutable : IDisposable
{
    /// <summary>Plans that are kept for each one that holds memory.</summary>
    public const int KeptShare = 8;

    // A plan that keeps more constants of its own is evicted where it would give back its runs' memory.
    private const long MaxSleepingBytes = 1 << 18;

    private static readonly Dictionary<Value, Tensor> s_noConstants = [];
    private readonly string _modelName;
    private readonly SharedConstants _shared;
    private readonly int _maxPlans;
    private readonly IReadOnlyDictionary<Value, Tensor> _outerConstants;
    private readonly SpecializedInputs _specialized;
    private readonly Lock _lock = new();
    private readonly List<PendingPlan> _pending = [];
    private ExecutablePlan[] _plans = [];
    private ExecutablePlan? _last;
    private long _clock;

    public GraphExecutable(string modelName, ModelGraph graph, SharedConstants shared, int threads, int maxPlans)
        : this(modelName, graph, shared, threads, maxPlans, s_noConstants, SpecializedInputs.Of(graph))
    {
    }

    private GraphExecutable(string modelName, ModelGraph graph, SharedConstants shared, int threads, int maxPlans, IReadOnlyDictionary<Value, Tensor> outerConstants, SpecializedInputs specialized)
    {
        _modelName = modelName;
        Graph = graph;
        _shared = shared;
        Threads = threads;
        _maxPlans = maxPlans;
        _outerConstants = outerConstants;
        _specialized = specialized;
    }

    public ModelGraph Graph { get; }

    public int Threads { get; }

    /// <summary>An executable for a graph inside this one.</summary>
    public GraphExecutable ForInner(ModelGraph graph, IReadOnlyDictionary<Value, Tensor> outerConstants) =>
        new(_modelName, graph, _shared, Threads, _maxPlans, outerConstants, SpecializedInputs.None);

    /// <summary>
    /// The plan for these inputs, built on first use within the run's time. Plans for different inputs are built at the same time; a call whose plan another one is
    /// building waits for it, within its own time.
    /// </summary>
    /// <exception cref="InferenceException">The shapes break an operator's rules.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled while its plan was built.</exception>
    public ExecutablePlan PlanFor(ReadOnlySpan<EngineValue?> inputs, RunControl control)
    {
        if (Volatile.Read(ref _last) is { Sleeps: false } last && Fits(last.Inputs, inputs))
        {
            return last;
        }

        if (Find(inputs) is { } known)
        {
            return known;
        }

        while (true)
        {
            PendingPlan? pending;
            bool own = false;
            lock (_lock)
            {
                if (Find(inputs) is { } made)
                {
                    return made;
                }

                pending = FindPending(inputs);
                if (pending is null)
                {
                    pending = new(Describe(inputs));
                    _pending.Add(pending);
                    own = true;
                }
            }

            if (own)
            {
                return Add(pending, control);
            }

            pending.Wait(control);
            if (pending.Plan is { } built)
            {
                return built;
            }

            // The other call failed or timed out; this one tries again.
        }
    }

    /// <summary>Runs as an inner graph: outputs own their memory or are values passed in. Tensors found in <paramref name="outputs"/> are made by an earlier call and may be used again.</summary>
    public void RunInner(ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs, RunControl control)
    {
        ExecutablePlan plan = PlanFor(inputs, control);
        ExecutionFrame frame = plan.Rent(control);
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                if (inputs[i] is { } input)
                {
                    frame.SetInput(i, input);
                }
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                if (plan.OutputIsDirect[i])
                {
                    SlotSpec slot = plan.Plan.Slots[plan.Plan.OutputSlots[i]];
                    Tensor tensor = Room(frame, outputs[i], slot.Type, slot.Dims);
                    frame.SetOutputMemory(i, tensor);
                    outputs[i] = tensor;
                }
            }

            frame.Execute();
            for (int i = 0; i < outputs.Length; i++)
            {
                if (!plan.OutputIsDirect[i])
                {
                    EngineValue value = frame.GetOutput(i);
                    if (value is Tensor tensor)
                    {
                        value = Room(frame, outputs[i], tensor.Type, tensor.Dims);
                        tensor.CopyTo((Tensor)value);
                    }

                    outputs[i] = value;
                }
            }
        }
        finally
        {
            plan.Return(frame);
        }
    }

    // The memory of an earlier call's output where it is large enough.
    private static Tensor Room(ExecutionFrame frame, EngineValue? spare, ElementType type, ReadOnlySpan<long> dims)
    {
        if (type != ElementType.String && spare is Tensor { Owner: PinnedBlock block } own && PinnedBlock.CanReuse(block.Bytes - PinnedBlock.Alignment, type.ByteCount(TensorShape.Count(dims))))
        {
            own.Set(type, dims, block.Data, block);
            own.ClearPadding();
            return own;
        }

        return frame.Allocate(type, dims);
    }

    /// <summary>Gives back the memory of every plan's runs; the plans stay.</summary>
    public void Sleep()
    {
        lock (_lock)
        {
            foreach (ExecutablePlan plan in _plans)
            {
                plan.Sleep();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (ExecutablePlan plan in _plans)
            {
                plan.Dispose();
            }

            _plans = [];
            _last = null;
        }
    }

    private ExecutablePlan? Find(ReadOnlySpan<EngineValue?> inputs)
    {
        foreach (ExecutablePlan plan in Volatile.Read(ref _plans))
        {
            if (Fits(plan.Inputs, inputs))
            {
                plan.LastUse = Interlocked.Increment(ref _clock);
                Volatile.Write(ref _last, plan);
                if (plan.Sleeps)
                {
                    Wake(plan);
                }

                return plan;
            }
        }

        return null;
    }

    private PendingPlan? FindPending(ReadOnlySpan<EngineValue?> inputs)
    {
        foreach (PendingPlan pending in _pending)
        {
            if (Fits(pending.Inputs, inputs))
            {
                return pending;
            }
        }

        return null;
    }

    private static bool Fits(PlanInput[] expected, ReadOnlySpan<EngineValue?> inputs)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (inputs[i] is Tensor tensor)
            {
                if (expected[i].Type.Kind != ModelValueKind.Tensor || expected[i].Type.ElementType != tensor.Type || !SameDims(expected[i].Dims, tensor.Dims))
                {
                    return false;
                }

                if (expected[i].Constant is { } constant && !constant.Bytes.SequenceEqual(tensor.Bytes))
                {
                    return false;
                }
            }
            else if (inputs[i] is { } value ? expected[i].Type.Kind != value.Kind : expected[i].Type != PlanInput.AbsentType)
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameDims(long[]? expected, ReadOnlySpan<long> actual) => expected is not null && actual.SequenceEqual(expected);

    private Plan Build(PlanInput[] inputs, RunControl control)
    {
        using KernelControl.Scope scope = KernelControl.Enter(control);
        try
        {
            return new PlanBuilder(_modelName, Graph, _shared, Threads, control).Build(inputs, _outerConstants);
        }
        catch (Exception exception) when (exception is not (InferenceException or OperationCanceledException))
        {
            throw new ModelRunException($"Graph '{Graph.Name}': it could not be planned for the inputs {string.Join(", ", inputs.Select(i => i.Type))} ({exception.GetType().Name}: {exception.Message}).", exception);
        }
    }

    private PlanInput[] Describe(ReadOnlySpan<EngineValue?> inputs)
    {
        var planInputs = new PlanInput[inputs.Length];
        bool specialize = _specialized.Active;
        for (int i = 0; i < inputs.Length; i++)
        {
            planInputs[i] = inputs[i] is { } value
                ? PlanInput.Of(value, specialize && _specialized.Contains(i) && value is Tensor { Count: <= SpecializedInputs.MaxElements } tensor ? tensor.Clone() : null)
                : PlanInput.Absent;
        }

        if (specialize)
        {
            _specialized.CountPlan();
        }

        return planInputs;
    }

    private ExecutablePlan Add(PendingPlan pending, RunControl control)
    {
        ExecutablePlan? plan = null;
        try
        {
            plan = new ExecutablePlan(Build(pending.Inputs, control), pending.Inputs, this) { LastUse = Interlocked.Increment(ref _clock) };
            return plan;
        }
        finally
        {
            lock (_lock)
            {
                _pending.Remove(pending);
                if (plan is not null)
                {
                    Volatile.Write(ref _plans, [plan, .. _plans]);
                    Volatile.Write(ref _last, plan);
                    MakeRoom(plan);
                }
            }

            pending.Complete(plan);
        }
    }

    private void Wake(ExecutablePlan plan)
    {
        lock (_lock)
        {
            plan.Wake();
            MakeRoom(plan);
        }
    }

    // A new plan and one that wakes each take one place; the plan itself keeps its own.
    private void MakeRoom(ExecutablePlan newest)
    {
        ExecutablePlan? oldest = Oldest(newest, awake: true);
        if (oldest is not null && CountAwake() > _maxPlans)
        {
            if (oldest.Plan.FoldedBytes > MaxSleepingBytes)
            {
                Evict(oldest);
            }
            else
            {
                oldest.Sleep();
            }
        }

        if (_plans.Length > (long)_maxPlans * KeptShare && Oldest(newest, awake: false) is { } last)
        {
            Evict(last);
        }
    }

    private int CountAwake()
    {
        int count = 0;
        foreach (ExecutablePlan plan in _plans)
        {
            count += plan.Sleeps ? 0 : 1;
        }

        return count;
    }

    private ExecutablePlan? Oldest(ExecutablePlan newest, bool awake)
    {
        ExecutablePlan? oldest = null;
        foreach (ExecutablePlan plan in _plans)
        {
            if (plan != newest && !(awake && plan.Sleeps) && (oldest is null || plan.LastUse < oldest.LastUse))
            {
                oldest = plan;
            }
        }

        return oldest;
    }

    private void Evict(ExecutablePlan plan)
    {
        Volatile.Write(ref _plans, Array.FindAll(_plans, p => p != plan));
        plan.Dispose();
    }
}
