using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting;

/// <summary>What <c>AddModel</c> collects for one model.</summary>
internal sealed class ModelBuilder(string name, IServiceCollection services) : IModelBuilder
{
    private string? _sourceName;

    public string ModelName => name;

    public IServiceCollection Services => services;

    public ModelPipeline Pipeline { get; } = new(name);

    public ModelPipeline PerVersionPipeline { get; } = new(name);

    public Func<ModelSourceContext, CancellationToken, ValueTask<IModelRunner>>? Open { get; private set; }

    public Func<IServiceProvider, CancellationToken, ValueTask<IModelRunner>>? Model { get; private set; }

    public void Add(PipelineStage stage, string stageName, Func<IModelRunner, IServiceProvider, IModelRunner> factory) => Pipeline.Add(stage, stageName, factory);

    public IModelBuilder PerVersion(Action<IModelPipelineBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(PerVersionPipeline);
        return this;
    }

    public void ReplaceSource(string stageName, Func<ModelSourceContext, CancellationToken, ValueTask<IModelRunner>> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        Replace(stageName);
        Open = open;
    }

    public void ReplaceModel(string stageName, Func<IServiceProvider, CancellationToken, ValueTask<IModelRunner>> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        Replace(stageName);
        Model = open;
    }

    /// <summary>Checks the order of all stages.</summary>
    /// <exception cref="InferenceException">The order is wrong; the message says why.</exception>
    public void Validate()
    {
        foreach ((PipelineStage stage, string stageName) in Pipeline.Stages)
        {
            if (Open is not null && stage.Order > PipelineStage.Versioning.Order)
            {
                throw new InferenceException($"Model '{name}': {stageName} was added around {_sourceName}, but must be inside it: one version must never receive another's rows or answers. Add it in PerVersion(v => v.{stageName}(…)).");
            }
        }

        PerVersionPipeline.Validate(Pipeline);
    }

    private void Replace(string stageName)
    {
        if (_sourceName is not null)
        {
            throw new InferenceException($"Model '{name}': {stageName} was added, but {_sourceName} already creates the model's runner; expected only one of them. Remove one.");
        }

        _sourceName = stageName;
    }
}
