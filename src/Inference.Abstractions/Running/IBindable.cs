namespace Inference;

/// <summary>Makes runs with inputs and outputs set up once, for calls that allocate nothing. Reached by <see cref="IModelRunner.GetService"/>; absent above
/// middleware that regroups rows.</summary>
public interface IBindable
{
    /// <summary>Makes a bound run; dispose it when done.</summary>
    BoundRun Bind();
}
