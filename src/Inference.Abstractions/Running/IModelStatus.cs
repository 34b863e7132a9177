namespace Inference;

/// <summary>How a model is doing; read by health checks. Reached by <see cref="IModelRunner.GetService"/>.</summary>
public interface IModelStatus
{
    /// <summary>The state now.</summary>
    ModelState State { get; }

    /// <summary>One sentence on the state; empty where there is nothing to say.</summary>
    string Description { get; }
}
