using Inference;
using Inference.Orleans;
using Inference.Orleans.Configuration;
using Inference.Orleans.Coordination;
using Inference.Orleans.Loading;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers models of a cluster for dependency injection.</summary>
public static class ClusterModelBuilderExtensions
{
    /// <summary>Registers a model that silos of a cluster run: a keyed singleton <see cref="IModelRunner"/> under its name. The process is a client of the cluster (<c>UseOrleansClient</c>) or one of its silos. The host starts without waiting
    /// for the model; a call that finds no silo asks again.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name and service key; in the cluster too, unless <see cref="ClusterModelOptions.Model"/> says otherwise.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>The model's builder, to add middleware with <c>UseX</c>; the first stage added is the outermost.</returns>
    /// <exception cref="InferenceException">A model with this name is already registered.</exception>
    public static IModelBuilder AddClusterModel(this IServiceCollection services, string name, Action<ClusterModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddModel(name, options =>
        {
            // A cluster that is away must not keep the host from starting.
            options.LoadInBackground = true;
            options.WarmUp = false;
        }).UseCluster(configure);
    }

    /// <summary>Runs the model in a cluster instead of loading it.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="configure">Configures the options, which are named by the model; null to keep them as they are.</param>
    public static IModelBuilder UseCluster(this IModelBuilder builder, Action<ClusterModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.ModelName;
        OptionsBuilder<ClusterModelOptions> options = builder.Services.AddOptions<ClusterModelOptions>(name);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        builder.Services.AddSingleton(new ClusterModelName(name));
        builder.Services.TryAddSingleton<IClusterStatus, ClusterStatus>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterModelOptions>, ClusterModelOptionsValidator>());
        builder.ReplaceModel("UseCluster", async (provider, cancellationToken) => await OrleansModelRunner.ConnectAsync(
            name,
            provider.GetService<IGrainFactory>() ?? throw new InferenceException($"Model '{name}': expected a client or a silo of Orleans in this process, found none. Call UseOrleansClient or UseOrleans."),
            provider.GetService<LoadedModels>(),
            provider.GetRequiredService<IOptionsMonitor<ClusterModelOptions>>().Get(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            cancellationToken).ConfigureAwait(false));
        return builder;
    }
}
