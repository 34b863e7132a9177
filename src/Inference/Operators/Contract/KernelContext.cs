using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Contract;

/// <summary>One execution of one node: its inputs, its outputs, scratch, threads, cancellation. Belongs to one run; not thread-safe.</summary>
internal abstract unsafe class KernelContext
{
    // A look for each 0.1 to 1 ms. What passes between two looks of each operator is measured in benchmarks/results/limits.md.
    /// <summary>Steps of a nanosecond to some, elements mostly, after which a loop that counts them calls <see cref="ThrowIfCancelled"/>.</summary>
    public const long CheckEvery = 1 << 16;

    private protected EngineValue?[] Slots = [];
    private protected int[] InputSlots = [];
    private protected int[] OutputSlots = [];

    public abstract Node Node { get; }

    public int InputCount => InputSlots.Length;

    public int OutputCount => OutputSlots.Length;

    public bool HasInput(int index) => index < InputSlots.Length && InputSlots[index] >= 0;

    public bool HasOutput(int index) => index < OutputSlots.Length && OutputSlots[index] >= 0;

    /// <summary>A tensor input that must be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Tensor Input(int index)
    {
        if (index < InputSlots.Length)
        {
            int slot = InputSlots[index];
            if (slot >= 0 && Slots[slot] is Tensor tensor)
            {
                return tensor;
            }
        }

        return ThrowMissing(index);
    }

    /// <summary>A tensor input; null where it is left out.</summary>
    public Tensor? OptionalInput(int index) => HasInput(index) ? Input(index) : null;

    /// <summary>An input of any kind; null where it is left out.</summary>
    public EngineValue? InputValue(int index) => HasInput(index) ? Slots[InputSlots[index]] : null;

    /// <summary>An output whose shape <see cref="Operator.Infer"/> stated: allocated already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Tensor Output(int index)
    {
        if (index < OutputSlots.Length)
        {
            int slot = OutputSlots[index];
            if (slot >= 0)
            {
                return Slots[slot] is Tensor tensor ? tensor : MissingOutput(index);
            }
        }

        return ThrowLeftOut(index);
    }

    /// <summary>An output whose shape only <see cref="Operator.Run"/> knows: allocated now, or checked against what was stated. Call before reading it, once.</summary>
    public abstract Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims);

    /// <summary>Stores an output of any kind. Tensors must own their memory.</summary>
    public abstract void SetOutput(int index, EngineValue value);

    /// <summary>Scratch memory of at least <paramref name="bytes"/>, 64-byte aligned, undefined contents, valid until the node is done. One call a run.</summary>
    public abstract byte* Scratch(long bytes);

    /// <summary>What this node keeps from run to run, made on first use; contexts without later runs make it anew.</summary>
    public virtual T Kept<T>(Func<T> make)
        where T : StepMemory => make();

    /// <summary>Threads this node may use, ≥ 1.</summary>
    public abstract int Threads { get; }

    /// <summary>The call's token.</summary>
    public CancellationToken Cancellation => Control.Token;

    /// <summary>What can stop the run, and what it may hold.</summary>
    public virtual RunControl Control => RunControl.None;

    /// <summary>Counts memory that this node is about to take for values: strings, items of sequences, tables. It is given back when the values are held no longer.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public virtual void Claim(long bytes) => Control.Memory.ClaimValue(bytes);

    /// <summary>A tensor of its own within the run's memory; contents undefined, strings empty.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public Tensor Allocate(ElementType type, ReadOnlySpan<long> dims)
    {
        Claim(MemoryOf(type, dims));
        return Tensor.Allocate(type, dims);
    }

    /// <summary>What <see cref="Allocate"/> claims, bytes.</summary>
    public static long MemoryOf(ElementType type, ReadOnlySpan<long> dims)
    {
        long count = TensorShape.Count(dims);
        return checked((type == ElementType.String ? count * nint.Size : type.ByteCount(count)) + Tensor.Overhead);
    }

    /// <summary>A tensor of its own with the contents of another, within the run's memory.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public Tensor Copy(Tensor tensor)
    {
        Tensor copy = Allocate(tensor.Type, tensor.Dims);
        tensor.CopyTo(copy);
        return copy;
    }

    /// <summary>Throws when the call was cancelled or ran over its time; call it in long loops.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public abstract void ThrowIfCancelled();

    /// <summary>Runs work that knows no more of a call than a token: it is cancelled when the call is, or when its time is up.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public virtual T RunStoppable<T>(Func<CancellationToken, T> work) => Control.Run(work);

    /// <summary>Runs an inner graph of the node with these inputs; its outputs (owning their memory, or the caller's captured values) go to <paramref name="outputs"/>.</summary>
    public abstract void RunSubgraph(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs);

    /// <summary>
    /// As <see cref="RunSubgraph"/>, for a caller that runs a graph again and again: tensors that it left in <paramref name="outputs"/> from an earlier call of this method
    /// may be written and returned again, so they must be no inputs of this call.
    /// </summary>
    public virtual void RunSubgraphAgain(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs)
    {
        outputs.Clear();
        RunSubgraph(graph, inputs, outputs);
    }

    /// <summary>These values are not what the node can compute with: <paramref name="message"/> says what was expected and what came. A model that loaded runs other inputs, so the fault is the inputs'.</summary>
    public InvalidInputException Error(string message) => new($"{Node.Describe()}: {message}");

    /// <summary>The slot of an output that is to be there.</summary>
    /// <exception cref="InvalidInputException">The node leaves the output out.</exception>
    private protected int OutputSlot(int index)
    {
        if (!HasOutput(index))
        {
            ThrowLeftOut(index);
        }

        return OutputSlots[index];
    }

    [DoesNotReturn]
    private Tensor ThrowLeftOut(int index) => throw Error($"output {index}: expected a name, but it is omitted. The operator requires it: the model violates its specification.");

    [DoesNotReturn]
    private Tensor ThrowMissing(int index) => throw Error($"input {index}: expected a tensor, got {(HasInput(index) ? InputValue(index)?.Kind.ToString() ?? "no value" : "none")}.");

    /// <summary>What stands for an output that was not allocated before the run; an error.</summary>
    protected virtual Tensor MissingOutput(int index) => throw Error($"output {index} was not allocated: its shape was not known before the run.");
}
