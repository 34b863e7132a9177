namespace Inference;

/// <summary>Creates runs whose inputs and outputs are bound once, for calls that allocate nothing. Obtained from <see cref="IModelRunner.GetService"/>; not available through
/// middleware that regroups rows.</summary>
public interface IBindable
{
    /// <summary>Creates a bound run, to be disposed by the caller.</summary>
    BoundRun Bind();
}
