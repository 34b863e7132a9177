using Inference;
using Inference.Hosting;
using Inference.Images;
using Inference.Status;
using Inference.Providers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models for dependency injection.</summary>
public static class InferenceServiceCollectionExtensions
{
    /// <summary>Registers the loader that <c>AddModel</c> uses, with every registered <see cref="ExecutionProvider"/> and the <see cref="IImageDecoder"/> if there is one. <c>AddModel</c> calls this method.</summary>
    public static IServiceCollection AddInference(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IModelLoader>(p => new ModelLoader(p.GetServices<ExecutionProvider>(), p.GetService<ILoggerFactory>(), p.GetService<IImageDecoder>()));
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
    public static IModelBuilder AddModel(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        IModelBuilder builder = services.AddModel(name);
        services.AddOptions<ModelOptions>(name).Bind(section);
        return builder;
    }
}
