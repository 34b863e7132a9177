namespace Inference.Operators.Contract;

/// <summary>What is fixed when a node is prepared: shapes, types, constants, threads; and the shared store of prepacked constants.</summary>
internal abstract class PrepareContext
{
    public abstract Node Node { get; }

    public abstract bool HasInput(int index);

    public abstract ElementType InputType(int index);

    /// <summary>The input's fixed shape.</summary>
    public abstract ReadOnlySpan<long> InputDims(int index);

    /// <summary>The output's fixed shape.</summary>
    public abstract ReadOnlySpan<long> OutputDims(int index);

    public abstract ElementType OutputType(int index);

    /// <summary>The contents of an input that is a constant of the model; null otherwise. Stays valid as long as the model.</summary>
    public abstract Tensor? Constant(int index);

    /// <summary>Counts memory that the kernel is about to keep (tables): the run that prepares it must have room for it.</summary>
    /// <exception cref="InvalidInputException">The run would hold more than its limit.</exception>
    public virtual void Claim(long bytes)
    {
    }

    /// <summary>Threads one run may use, ≥ 1.</summary>
    public abstract int Threads { get; }

    /// <summary>The precision of products with constant weights.</summary>
    public abstract ModelPrecision Precision { get; }

    /// <summary>Makes something from constants once for all plans and sessions of the model (prepacked weights). The store disposes it with the model.</summary>
    /// <param name="input">The input whose constant it is made from.</param>
    /// <param name="form">The form, with all that decides it beside the constant.</param>
    /// <param name="make">Makes it.</param>
    public abstract T Shared<T>(int input, PackedForm<T> form, Func<T> make)
        where T : class;
}
