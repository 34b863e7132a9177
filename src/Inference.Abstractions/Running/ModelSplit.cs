namespace Inference;

/// <summary>A model split in two: running the branch, then the rest with the branch's outputs among its inputs, gives the outputs of the whole model.</summary>
/// <param name="branch">The branch; owned by this object.</param>
/// <param name="rest">The rest; owned by this object.</param>
public sealed class ModelSplit(IModelRunner branch, IModelRunner rest) : IDisposable
{
    /// <summary>Takes the branch inputs that it reads; returns the values at the split.</summary>
    public IModelRunner Branch { get; } = branch;

    /// <summary>Takes the values at the split, under the same names, the other inputs, and the branch inputs that it reads itself; returns the model's outputs.</summary>
    public IModelRunner Rest { get; } = rest;

    /// <inheritdoc/>
    public void Dispose()
    {
        Branch.Dispose();
        Rest.Dispose();
    }
}
