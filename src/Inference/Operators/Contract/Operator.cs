namespace Inference.Operators.Contract;

/// <summary>
/// An operator of one node, its attributes read. The constructor checks attributes; <see cref="Infer"/> checks inputs and states the outputs' types and shapes;
/// <see cref="Run"/> computes. Immutable after construction: many threads run one object at once.
/// </summary>
internal abstract class Operator : INodeOperator
{
    /// <summary>What the inputs must be; set once, from the operator's row.</summary>
    public InputRules? Rules { get; set; }

    /// <summary>What others may know of it; from the operator's row.</summary>
    public OperatorTraits Traits { get; set; } = OperatorTraits.None;

    /// <summary>The table it was made from, for nodes that are made of its node; null where it was made without.</summary>
    public OperatorTable? Table { get; set; }

    /// <summary>Checks the inputs and states type and shape of each output from what is known of them. Called at load with symbolic dimensions, at planning with fixed ones,
    /// and, for shapes that depend on data, right before <see cref="Run"/> with all data known.</summary>
    /// <exception cref="InferenceException">The inputs break the operator's rules; the message starts with what was expected.</exception>
    public void Infer(InferContext context)
    {
        (Rules ?? throw new InvalidOperationException($"{context.Node.Describe()}: the operator has no input rules; create it from its row in the operator table.")).Check(context);
        try
        {
            InferOutputs(context);
        }
        catch (OverflowException)
        {
            // Sizes are calculated checked; here that becomes a sentence.
            throw context.Error($"expected sizes that fit in 64 bits, got inputs {Describe(context)} whose outputs exceed them.");
        }
    }

    private static string Describe(InferContext context) => string.Join(", ", Enumerable.Range(0, context.InputCount).Select(i => context.InputValueType(i)?.ToString() ?? "-"));

    /// <summary>States the outputs: inputs keep to <see cref="Rules"/>. Leave a shape unset where it depends on data that is not known. Rules that the text of
    /// <see cref="Rules"/> cannot say (sums, products, contents) are checked here.</summary>
    /// <exception cref="InferenceException">The inputs break the operator's rules; the message starts with what was expected.</exception>
    protected abstract void InferOutputs(InferContext context);

    /// <summary>Computes the outputs. No allocation where shapes are fixed (scratch from the context).</summary>
    public abstract void Run(KernelContext context);

    /// <summary>A kernel specialised for inputs whose shapes (and constants) are fixed, with weights prepacked; null: <see cref="Run"/> is as good.</summary>
    public virtual Kernel? Prepare(PrepareContext context) => null;

    /// <summary>The input whose memory an output is a view of (Reshape, Identity…: same bytes, other shape); −1 for none. Run is then not called.</summary>
    public virtual int AliasOf(int output) => -1;

    /// <summary>Whether the output may reuse the input's memory if it is no longer needed. Only where element i of the output depends on no
    /// element of that input but i, and sizes are equal.</summary>
    public virtual bool CanOverwrite(int output, int input) => false;

    /// <summary>False for operators that draw random numbers: they are not folded.</summary>
    public virtual bool IsDeterministic => true;

    /// <summary>Along which axis each output carries the batch, given the inputs' axes; see <see cref="BatchContext"/>. The default is the safe answer.</summary>
    public virtual void PropagateBatch(BatchContext context) => context.SetAllMixed();

    /// <summary>The inner graph that is all the operator runs where input 0 is known; null where it runs others, or more.</summary>
    public virtual ModelGraph? Branch(Tensor first) => null;

    /// <summary>Multiply-accumulate operations for the inputs' fixed shapes; 0 where it is not a matter of MACs.</summary>
    public virtual long CountMacs(InferContext context) => 0;
}
