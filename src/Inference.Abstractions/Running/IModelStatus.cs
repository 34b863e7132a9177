namespace Inference;

/// <summary>The health of a model, read by health checks. Obtained from <see cref="IModelRunner.GetService"/>.</summary>
public interface IModelStatus
{
    /// <summary>The current state.</summary>
    ModelState State { get; }

    /// <summary>One sentence that describes the state; empty if there is nothing to add.</summary>
    string Description { get; }
}
