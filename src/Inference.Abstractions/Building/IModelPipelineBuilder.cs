namespace Inference;

/// <summary>Collects the middleware of one model; the first added is the outermost. <c>UseX</c> extensions add to it.</summary>
public interface IModelPipelineBuilder
{
    /// <summary>The model's name.</summary>
    string ModelName { get; }

    /// <summary>Adds a stage.</summary>
    /// <param name="stage">Its kind; the order of kinds is checked when the pipeline is built.</param>
    /// <param name="name">Its name for messages, such as <c>UseCaching</c>.</param>
    /// <param name="factory">Wraps the runner below; gets the service provider (an empty one outside dependency injection). Must not return null.</param>
    void Add(PipelineStage stage, string name, Func<IModelRunner, IServiceProvider, IModelRunner> factory);
}
