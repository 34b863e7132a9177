namespace Inference;

/// <summary>Adds middleware to a runner outside dependency injection: <c>runner.AsBuilder().UseX(…).Build()</c>.</summary>
/// <param name="innermost">The runner to wrap; owned by the result of <see cref="Build"/>.</param>
public sealed class ModelRunnerBuilder(IModelRunner innermost) : IModelPipelineBuilder
{
    private readonly ModelPipeline _pipeline = new(innermost.Info.Name);

    /// <inheritdoc/>
    public string ModelName => _pipeline.ModelName;

    /// <inheritdoc/>
    public void Add(PipelineStage stage, string name, Func<IModelRunner, IServiceProvider, IModelRunner> factory) => _pipeline.Add(stage, name, factory);

    /// <summary>Wraps the runner; see <see cref="ModelPipeline.Build"/>.</summary>
    public IModelRunner Build(IServiceProvider? services = null) => _pipeline.Build(innermost, services);
}
