using Inference.Graph;
using Inference.Planning;

namespace Inference.Execution;

/// <summary>A graph that can be run for inputs of any shape: a bounded number of plans, the least recently used evicted. Thread-safe.</summary>
internal sealed unsafe class GraphExecutable : IDisposable
{
    private static readonly Dictionary<Value, Tensor> s_noConstants = [];
    private readonly string _modelName;
    private readonly SharedConstants _shared;
    private readonly int _maxPlans;
    private readonly IReadOnlyDictionary<Value, Tensor> _outerConstants;
    private readonly SpecializedInputs _specialized;
    private readonly Lock _lock = new();
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

    /// <summary>The plan for these inputs, built on first use.</summary>
    /// <exception cref="InferenceException">The shapes break an operator's rules.</exception>
    public ExecutablePlan PlanFor(ReadOnlySpan<EngineValue?> inputs) => PlanFor(inputs, new RunControl(CancellationToken.None));

    /// <summary>The plan for these inputs, built on first use within the run's time.</summary>
    /// <exception cref="InferenceException">The shapes break an operator's rules.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled while its plan was built.</exception>
    public ExecutablePlan PlanFor(ReadOnlySpan<EngineValue?> inputs, in RunControl control)
    {
        if (Volatile.Read(ref _last) is { } last && Fits(last, inputs))
        {
            return last;
        }

        foreach (ExecutablePlan plan in Volatile.Read(ref _plans))
        {
            if (Fits(plan, inputs))
            {
                plan.LastUse = Interlocked.Increment(ref _clock);
                Volatile.Write(ref _last, plan);
                return plan;
            }
        }

        lock (_lock)
        {
            foreach (ExecutablePlan plan in _plans)
            {
                if (Fits(plan, inputs))
                {
                    return plan;
                }
            }

            using WorkLimit.Scope limit = WorkLimit.Enter(control.Token, control.StopAt);
            return Add(inputs);
        }
    }

    /// <summary>Runs as an inner graph: outputs own their memory or are values passed in. Tensors found in <paramref name="outputs"/> are made by an earlier call and may be used again.</summary>
    public void RunInner(ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs, in RunControl control)
    {
        ExecutablePlan plan = PlanFor(inputs, control);
        ExecutionFrame frame = plan.Rent();
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
                Tensor? spare = outputs[i] as Tensor;
                outputs[i] = null;
                if (plan.OutputIsDirect[i])
                {
                    SlotSpec slot = plan.Plan.Slots[plan.Plan.OutputSlots[i]];
                    Tensor tensor = spare is not null && spare.Type == slot.Type && spare.Dims.SequenceEqual(slot.Dims) ? spare : Tensor.Allocate(slot.Type, slot.Dims);
                    frame.SetOutputMemory(i, tensor);
                    outputs[i] = tensor;
                }
            }

            frame.Execute(control);
            for (int i = 0; i < outputs.Length; i++)
            {
                outputs[i] ??= frame.GetOutput(i) is var value && value is Tensor tensor ? tensor.Clone() : value;
            }
        }
        finally
        {
            plan.Return(frame);
        }
    }

    /// <summary>Lets go of every plan, as if nothing had run. Not while something runs.</summary>
    public void Forget()
    {
        Dispose();
        _specialized.Forget();
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

    private static bool Fits(ExecutablePlan plan, ReadOnlySpan<EngineValue?> inputs)
    {
        PlanInput[] expected = plan.Inputs;
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

    private Plan Build(PlanInput[] inputs)
    {
        try
        {
            return new PlanBuilder(_modelName, Graph, _shared, Threads).Build(inputs, _outerConstants);
        }
        catch (Exception exception) when (exception is not (InferenceException or OperationCanceledException))
        {
            throw new ModelRunException($"Graph '{Graph.Name}': it could not be prepared for inputs {string.Join(", ", inputs.Select(i => i.Type))} ({exception.GetType().Name}: {exception.Message}).", exception);
        }
    }

    private ExecutablePlan Add(ReadOnlySpan<EngineValue?> inputs)
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

        Plan built = Build(planInputs);
        var plan = new ExecutablePlan(built, planInputs, this) { LastUse = Interlocked.Increment(ref _clock) };
        ExecutablePlan[] plans = _plans;
        if (plans.Length >= _maxPlans)
        {
            ExecutablePlan oldest = plans.MinBy(p => p.LastUse)!;
            plans = Array.FindAll(plans, p => p != oldest);
            oldest.Dispose();
        }

        Volatile.Write(ref _plans, [plan, .. plans]);
        Volatile.Write(ref _last, plan);
        return plan;
    }
}
