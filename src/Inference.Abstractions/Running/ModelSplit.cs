namespace Inference;

/// <summary>A model cut in two: running the branch and then the rest, with the branch's outputs among its inputs, gives the whole model's outputs.</summary>
/// <param name="branch">Takes over this runner.</param>
/// <param name="rest">Takes over this runner.</param>
public sealed class ModelSplit(IModelRunner branch, IModelRunner rest) : IDisposable
{
    /// <summary>Takes those of the branch inputs that it reads, returns the values at the cut.</summary>
    public IModelRunner Branch { get; } = branch;

    /// <summary>Takes the values at the cut, by the same names, the other inputs, and branch inputs that it reads itself; returns the model's outputs.</summary>
    public IModelRunner Rest { get; } = rest;

    /// <inheritdoc/>
    public void Dispose()
    {
        Branch.Dispose();
        Rest.Dispose();
    }
}
