using Microsoft.Extensions.DependencyInjection;

namespace Inference;

/// <summary>Configures one model registered by <c>AddModel</c>.</summary>
public interface IModelBuilder : IModelPipelineBuilder
{
    /// <summary>The services the model is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds stages around each version, below version routing.</summary>
    IModelBuilder PerVersion(Action<IModelPipelineBuilder> configure);

    /// <summary>Replaces how the runner below all stages is made: by default one version is loaded from the configured source.</summary>
    /// <param name="name">The name for messages, such as <c>UseVersioning</c>.</param>
    /// <param name="open">Makes the runner; called once, at host start or at first use.</param>
    /// <exception cref="InferenceException">It was replaced already.</exception>
    void ReplaceSource(string name, Func<ModelSourceContext, CancellationToken, ValueTask<IModelRunner>> open);
}
