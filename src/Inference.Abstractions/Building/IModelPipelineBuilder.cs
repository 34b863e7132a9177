namespace Inference;

/// <summary>Collects the middleware of one model; the first stage added is the outermost. <c>UseX</c> extension methods add stages.</summary>
public interface IModelPipelineBuilder
{
    /// <summary>The model's name.</summary>
    string ModelName { get; }

    /// <summary>Adds a stage.</summary>
    /// <param name="stage">The kind of stage; the order of the kinds is checked when the pipeline is built.</param>
    /// <param name="name">The name shown in messages, such as <c>UseCaching</c>.</param>
    /// <param name="factory">Wraps the inner runner; receives the service provider (an empty one outside dependency injection). Must not return null.</param>
    void Add(PipelineStage stage, string name, Func<IModelRunner, IServiceProvider, IModelRunner> factory);
}
