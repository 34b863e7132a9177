using System.Diagnostics;
using Inference.Kernels.Threading;

namespace Inference.Operators.Contract;

/// <summary>Runs one node on actual values, allocating what it needs: for constant folding. Not for nodes with inner graphs. Not thread-safe.</summary>
internal sealed unsafe class OperatorEvaluator : KernelContext
{
    private readonly RunControl _control;
    private readonly FoldingControl _folding;
    private readonly ActualInferContext _infer = new();
    private Node _node = null!;
    private readonly NativeBlock _scratch = new();
    private long _bytesLeft;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="control">What can stop it; null: nothing.</param>
    public OperatorEvaluator(RunControl? control = null)
    {
        _control = control ?? RunControl.None;
        _folding = new(_control);
    }

    public override Node Node => _node;

    public override int Threads => 1;

    /// <summary>Evaluates a node.</summary>
    /// <param name="node">The node; its operator is set and deterministic.</param>
    /// <param name="inputs">Its inputs; null where left out.</param>
    /// <param name="maxBytes">Gives up, returning null, where the outputs would take more bytes.</param>
    /// <param name="stopAt">Gives up at this timestamp of <see cref="TimeProvider.System"/>; <see cref="long.MaxValue"/> for never.</param>
    /// <returns>The outputs, owning their memory (or being inputs); null when it gave up.</returns>
    public EngineValue?[]? Evaluate(Node node, EngineValue?[] inputs, long maxBytes = long.MaxValue, long stopAt = long.MaxValue)
    {
        Operator op = node.Operator ?? throw new InvalidOperationException($"{node.Describe()} has no operator.");
        _node = node;
        _bytesLeft = maxBytes;
        _folding.StopAt = stopAt;
        if (_folding.IsLate)
        {
            return null;
        }

        _infer.Reset(node, inputs);
        op.Infer(_infer);
        int outputs = node.Outputs.Count;
        var slots = new EngineValue?[inputs.Length + outputs];
        inputs.CopyTo(slots, 0);
        var inputSlots = new int[inputs.Length];
        var outputSlots = new int[outputs];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputSlots[i] = inputs[i] is null ? -1 : i;
        }

        bool allViews = outputs > 0;
        for (int i = 0; i < outputs; i++)
        {
            outputSlots[i] = node.Outputs[i] is null ? -1 : inputs.Length + i;
            if (outputSlots[i] < 0)
            {
                continue;
            }

            long[]? shape = _infer.FixedOutputShape(i);
            int alias = op.AliasOf(i);
            if (alias >= 0 && shape is not null && inputs[alias] is Tensor source)
            {
                var view = new Tensor();
                view.SetView(source, source.Type, shape);
                slots[outputSlots[i]] = view;
                continue;
            }

            allViews = false;
            if (shape is not null)
            {
                ElementType type = _infer.OutputValueType(i)!.ElementType;
                if (!Claim(type, shape))
                {
                    return null;
                }

                slots[outputSlots[i]] = Tensor.Allocate(type, shape);
            }
        }

        if (!allViews)
        {
            Slots = slots;
            InputSlots = inputSlots;
            OutputSlots = outputSlots;
            using KernelControl.Scope scope = KernelControl.Enter(_folding);
            try
            {
                op.Run(this);
            }
            catch (GaveUpException)
            {
                return null;
            }
            finally
            {
                Slots = [];
            }
        }

        return slots[inputs.Length..];
    }

    public override Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        ref EngineValue? slot = ref Slots[OutputSlot(index)];
        if (slot is Tensor tensor && tensor.Type == type && tensor.Dims.SequenceEqual(dims))
        {
            return tensor;
        }

        if (!Claim(type, dims))
        {
            throw new GaveUpException();
        }

        Tensor allocated = Tensor.Allocate(type, dims);
        slot = allocated;
        return allocated;
    }

    public override void SetOutput(int index, EngineValue value) => Slots[OutputSlot(index)] = value;

    public override byte* Scratch(long bytes)
    {
        _scratch.Reserve(bytes);
        return _scratch.Data;
    }

    public override void ThrowIfCancelled() => _folding.ThrowIfStopped();

    public override T RunStoppable<T>(Func<CancellationToken, T> work)
    {
        try
        {
            return _control.Run(work, _folding.StopAt);
        }
        catch (OperationCanceledException) when (!_control.Token.IsCancellationRequested)
        {
            throw new GaveUpException();
        }
    }

    public override void Claim(long bytes)
    {
        if ((_bytesLeft -= bytes) < 0)
        {
            throw new GaveUpException();
        }
    }

    public override void RunSubgraph(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs) =>
        throw new UnreachableException("Nodes with subgraphs are not folded.");

    private bool Claim(ElementType type, ReadOnlySpan<long> dims)
    {
        long count = TensorShape.Count(dims);
        _bytesLeft -= (type == ElementType.String ? count * nint.Size : type.ByteCount(count)) + Tensor.Overhead;
        return _bytesLeft >= 0;
    }

    private sealed class GaveUpException : Exception;

    // Folding that takes too long, or too much, is left to the run.
    private sealed class FoldingControl(RunControl outer) : KernelControl
    {
        public long StopAt { get; set; }

        public bool IsLate => outer.IsPast(StopAt);

        public override bool CanStop => outer.CanStop || StopAt != long.MaxValue;

        public override void ThrowIfStopped()
        {
            outer.ThrowIfStopped();
            if (IsLate)
            {
                throw new GaveUpException();
            }
        }

        public override void Claim(long bytes) => outer.Claim(bytes);

        public override void Release(long bytes) => outer.Release(bytes);
    }
}
