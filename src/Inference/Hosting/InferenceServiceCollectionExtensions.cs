using Inference;
using Inference.Hosting;
using Inference.Images;
using Inference.Providers;
using Inference.Security;
using Inference.Status;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models for dependency injection.</summary>
public static class InferenceServiceCollectionExtensions
{
    /// <summary>Registers the loader that <c>AddModel</c> uses, with every registered <see cref="ExecutionProvider"/> and the <see cref="IImageDecoder"/> and the <see cref="IModelKeyProvider"/> if there is one. <c>AddModel</c> calls this method.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IModelLoader>(p => new ModelLoader(p.GetServices<ExecutionProvider>(), p.GetService<ILoggerFactory>(), p.GetService<IImageDecoder>(), p.GetService<IModelKeyProvider>()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsRangeValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelStartupService>());
        return services;
    }

    /// <summary>Registers a model: a keyed singleton <see cref="IModelRunner"/> under its name, loaded and warmed up when the host starts (without a host, on first use).</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name and service key.</param>
    /// <param name="configure">Sets the options; must set at least the source.</param>
    /// <returns>The model's builder, to add middleware with <c>UseX</c>; the first stage added is the outermost.</returns>
    /// <exception cref="InferenceException">A model with this name is already registered.</exception>
    public static IModelBuilder AddModel(this IServiceCollection services, string name, Action<ModelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        IModelBuilder builder = services.AddModel(name);
        services.Configure(name, configure);
        return builder;
    }

    /// <summary>Registers a model whose options are configured separately, as named options; see <see cref="AddModel(IServiceCollection, string, Action{ModelOptions})"/>.</summary>
    /// <inheritdoc cref="AddModel(IServiceCollection, string, Action{ModelOptions})" path="/exception"/>
    public static IModelBuilder AddModel(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (services.Any(d => d.ServiceType == typeof(ModelRegistration) && d.ImplementationInstance is ModelRegistration other && other.Name == name))
        {
            throw new InferenceException($"Model '{name}' is already registered; expected each name once. Choose another name, or configure the first registration.");
        }

        services.AddInference();
        services.AddOptions<ModelOptions>(name).ValidateOnStart();
        var builder = new ModelBuilder(name, services);
        var registration = new ModelRegistration(name, builder);
        services.AddSingleton(registration);
        services.AddKeyedSingleton(name, new ModelConditions());
        services.AddKeyedSingleton<IModelRunner>(name, (p, _) => new HostedModelRunner(registration, p));
        return builder;
    }

    /// <summary>Registers a model whose options are bound to a configuration section; see <see cref="AddModel(IServiceCollection, string, Action{ModelOptions})"/>.</summary>
    /// <remarks>A value with an unknown key is rejected, and so is a misspelt key; sections with other names, such as those of a stage's options, are left to others.</remarks>
    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type.</exception>
    public static IModelBuilder AddModel(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section is IConfigurationSection named)
        {
            return ConfiguredModel.Bind(services, name, named, ConfiguredModel.CheckOwnKeys);
        }

        IModelBuilder builder = services.AddModel(name);
        services.AddOptions<ModelOptions>(name).Bind(section);
        return builder;
    }

    /// <summary>
    /// Registers the models of a configuration section, each under its key, with their pipelines: <c>"ranker": { "Path": "models/ranker", "Stages": [ { "Use": "Versioning" } ], "PerVersion": [ { "Use": "Batching",
    /// "MaxRows": 64 } ] }</c>. Other keys of a model are those of <see cref="ModelOptions"/>, other keys of a stage those of its options; both follow changes of the configuration. The first stage is the outermost.
    /// In a program, <c>services.AddModels(section)</c> is generated, which passes the stages of all referenced packages.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section; its keys are the models' names.</param>
    /// <param name="stages">The stages that the section may name.</param>
    /// <exception cref="ModelConfigurationException">The section is missing or empty, a key or stage is unknown, a value has another type or is out of range, or the stages are in a wrong order; the message names the path of the key.</exception>
    public static IServiceCollection AddModels(this IServiceCollection services, IConfigurationSection section, IEnumerable<PipelineStageBinding> stages)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(stages);
        PipelineStageBinding[] known = [.. stages];
        IConfigurationSection[] models = [.. section.GetChildren()];
        if (models.Length == 0)
        {
            throw new ModelConfigurationException(section.Path, "expected an object with a key for each model, got none. Add a model, or correct the name of the section.");
        }

        foreach (IConfigurationSection model in models)
        {
            ConfiguredModel.Add(services, model, known);
        }

        return services;
    }
}
