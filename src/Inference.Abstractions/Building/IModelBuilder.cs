using Microsoft.Extensions.DependencyInjection;

namespace Inference;

/// <summary>Configures one model registered by <c>AddModel</c>.</summary>
public interface IModelBuilder : IModelPipelineBuilder
{
    /// <summary>The service collection that the model is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds stages around each version, inside version routing.</summary>
    IModelBuilder PerVersion(Action<IModelPipelineBuilder> configure);

    /// <summary>Replaces the way the innermost runner is created; by default, one version is loaded from the configured source.</summary>
    /// <param name="name">The name shown in messages, such as <c>UseVersioning</c>.</param>
    /// <param name="open">Creates the runner; called once, when the host starts or on first use.</param>
    /// <exception cref="InferenceException">The source was already replaced.</exception>
    void ReplaceSource(string name, Func<ModelSourceContext, CancellationToken, ValueTask<IModelRunner>> open);

    /// <summary>Replaces the model: the innermost runner, which is not loaded from a source, such as one of a remote server. Stages may be around it as around a loaded model.</summary>
    /// <param name="name">The name shown in messages, such as <c>UseRemote</c>.</param>
    /// <param name="open">Creates the runner; called once, when the host starts or on first use, and again after it failed.</param>
    /// <exception cref="InferenceException">The source or the model was already replaced.</exception>
    void ReplaceModel(string name, Func<IServiceProvider, CancellationToken, ValueTask<IModelRunner>> open);
}
