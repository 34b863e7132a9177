using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference;

/// <summary>Adds a kind of stage whose options are bound to its entry in the configuration; see <see cref="PipelineStageBinding"/>.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
public abstract class PipelineStageBinding<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions> : PipelineStageBinding
    where TOptions : class, new()
{
    /// <inheritdoc/>
    public sealed override void Add(IModelPipelineBuilder builder, IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        string model = builder.ModelName;
        var read = new TOptions();
        Read(section, read);
        ValidateOptionsResult result = Validate(model, read);
        if (result.Failed)
        {
            throw new ModelConfigurationException(section.Path, string.Join(" ", result.Failures));
        }

        services.AddOptions<TOptions>(model).Configure(options => Read(section, options));
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(new ConfigurationChangeTokenSource<TOptions>(model, section));
        Use(builder);
    }

    /// <summary>Sets the options from the section: <c>section.Bind(options)</c>, for which the compiler generates code where the type of the options is known.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">The options.</param>
    protected abstract void Bind(IConfigurationSection section, TOptions options);

    /// <summary>Validates options.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="options">The options.</param>
    protected abstract ValidateOptionsResult Validate(string model, TOptions options);

    /// <summary>Adds the stage.</summary>
    /// <param name="builder">The pipeline.</param>
    protected abstract void Use(IModelPipelineBuilder builder);

    // At registration, and again whenever the configuration changes.
    private void Read(IConfigurationSection section, TOptions options)
    {
        string? use = section[UseKey];
        if (!string.Equals(use, Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelConfigurationException($"{section.Path}:{UseKey}", $"expected '{Name}', with which the model was registered, got {(use is null ? "nothing" : $"'{use}'")}. Restart the process to change the stages.");
        }

        Keys.With(UseKey, OptionKeys.Value).Check(section);
        OptionsReader.Read(section, () => Bind(section, options));
    }
}
