using Inference.Planning;

namespace Inference.Execution;

/// <summary>Memory of values whose shape is known only during the run; blocks are kept from run to run. Belongs to one frame.</summary>
internal sealed unsafe class DynamicMemory(int slots)
{
    // 16 MB: memory for small inputs is kept between runs; memory beyond this is released.
    /// <summary>Bytes that a frame keeps for later runs of what data asked for, in all; what is beyond is given back after its run.</summary>
    public const long MaxKeptBytes = 1 << 24;
    private readonly Tensor?[] _owned = new Tensor?[slots];
    private readonly Tensor?[] _views = new Tensor?[slots];
    private readonly long[] _capacity = new long[slots];
    private readonly Dictionary<int, EngineValue?[]> _inputs = [];
    private readonly Dictionary<PlanStep, StatedShapes> _stated = [];

    public ActualInferContext Infer { get; } = new();

    /// <summary>What was stated of a step's outputs in earlier runs.</summary>
    public StatedShapes ShapesOf(PlanStep step)
    {
        if (!_stated.TryGetValue(step, out StatedShapes? shapes))
        {
            _stated.Add(step, shapes = new());
        }

        return shapes;
    }

    /// <summary>Bytes kept from run to run.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>The input values of a step.</summary>
    public EngineValue?[] Inputs(PlanStep step, EngineValue?[] slotValues)
    {
        if (!_inputs.TryGetValue(step.Inputs.Length, out EngineValue?[]? inputs))
        {
            inputs = new EngineValue?[step.Inputs.Length];
            _inputs.Add(inputs.Length, inputs);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = step.Inputs[i] < 0 ? null : slotValues[step.Inputs[i]];
        }

        return inputs;
    }

    /// <summary>Puts a tensor with memory of its own into a slot.</summary>
    public Tensor Allocate(KernelContext context, EngineValue?[] slotValues, int slot, ElementType type, ReadOnlySpan<long> dims)
    {
        Tensor? tensor = _owned[slot];
        long claimed = 0;
        if (type == ElementType.String)
        {
            tensor = context.Allocate(type, dims);
            claimed = KernelContext.MemoryOf(type, dims);
        }
        else
        {
            long bytes = type.ByteCount(TensorShape.Count(dims));
            if (tensor is null || !PinnedBlock.CanReuse(_capacity[slot], bytes))
            {
                // The old block is released before the new one is allocated.
                slotValues[slot] = null;
                _owned[slot] = null;
                _capacity[slot] = 0;
                tensor = context.Allocate(type, dims);
                claimed = KernelContext.MemoryOf(type, dims);
                _owned[slot] = tensor;
                _capacity[slot] = bytes;
            }
            else
            {
                tensor.Set(type, dims, tensor.Data, tensor.Owner);
                tensor.ClearPadding();
            }
        }

        slotValues[slot] = tensor;
        context.Control.Memory.Settle(claimed);
        return tensor;
    }

    /// <summary>Puts a view of another tensor into a slot.</summary>
    public void View(EngineValue?[] slotValues, int slot, Tensor source, ElementType type, ReadOnlySpan<long> dims)
    {
        Tensor view = _views[slot] ??= new Tensor();
        view.SetView(source, type, dims);
        slotValues[slot] = view;
    }

    /// <summary>Names the blocks that are here, used or not.</summary>
    public void Count(MemoryCount count)
    {
        foreach (Tensor? tensor in _owned)
        {
            count.Add(tensor);
        }
    }

    /// <summary>Lets go of values of the run that are not this object's, and of large blocks.</summary>
    public void Release()
    {
        foreach (EngineValue?[] inputs in _inputs.Values)
        {
            Array.Clear(inputs);
        }

        KeptBytes = 0;
        for (int i = 0; i < _owned.Length; i++)
        {
            _views[i]?.Release();
            if (KeptBytes + _capacity[i] > MaxKeptBytes)
            {
                _owned[i] = null;
                _capacity[i] = 0;
            }

            KeptBytes += _capacity[i];
        }
    }
}
