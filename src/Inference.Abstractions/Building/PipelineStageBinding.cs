using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Inference;

/// <summary>
/// Adds a kind of stage to a model's pipeline from configuration, for <c>services.AddModels(section, stages)</c>. A package with a stage derives from <see cref="PipelineStageBinding{TOptions}"/> and names the
/// class in a <see cref="PipelineStageBindingAttribute"/>.
/// </summary>
public abstract class PipelineStageBinding
{
    /// <summary>The key that names the stage in the configuration.</summary>
    public const string UseKey = "Use";

    /// <summary>The name of the stage in the configuration: <c>"Use": "Batching"</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kind of stage, which decides where in the list it may be.</summary>
    public abstract PipelineStage Stage { get; }

    /// <summary>The keys of the stage's options.</summary>
    public abstract OptionKeys Keys { get; }

    /// <summary>Whether the stage may be listed under <c>PerVersion</c>; true by default. Where it may not, <see cref="Add"/> is passed an <see cref="IModelBuilder"/>.</summary>
    public virtual bool AllowedPerVersion => true;

    /// <summary>Checks the section, adds the stage and binds its options, which are named by the model and follow the section.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="services">The services that the options are registered in.</param>
    /// <param name="section">The stage's entry: the key <c>Use</c> and those of its options.</param>
    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type or is out of range.</exception>
    public abstract void Add(IModelPipelineBuilder builder, IServiceCollection services, IConfigurationSection section);
}
