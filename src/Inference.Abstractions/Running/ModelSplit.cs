namespace Inference;

/// <summary>A model cut in two: running the branch and then the rest, with the branch's outputs among its inputs, gives the whole model's outputs.</summary>
/// <param name="Branch">Takes those of the branch inputs that it reads, returns the values at the cut.</param>
/// <param name="Rest">Takes the values at the cut, by the same names, the other inputs, and branch inputs that it reads itself; returns the model's outputs.</param>
public sealed record ModelSplit(IModelRunner Branch, IModelRunner Rest) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Branch.Dispose();
        Rest.Dispose();
    }
}
