using Inference;
using Inference.Decisions;
using Inference.Orleans;
using Inference.Orleans.Configuration;
using Inference.Orleans.Coordination;
using Inference.Orleans.Loading;
using Inference.Orleans.Placement;
using Inference.Orleans.Replicas;
using Inference.Orleans.Silos;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Makes silos run models.</summary>
public static class InferenceSiloBuilderExtensions
{
    /// <summary>
    /// Makes the silo run the models that are registered with <c>AddModel</c>, in every silo alike, when calls come (<c>AddClusterModel</c>). A model is loaded by its first call, and unloaded when others need its memory; the host does not load
    /// it at start.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <remarks>Decisions about versions are announced to all silos if an <see cref="IDecisionStore"/> was registered before this is called; without one, versioning keeps them beside the models.</remarks>
    public static ISiloBuilder AddInferenceSilo(this ISiloBuilder builder, Action<InferenceSiloOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        OptionsBuilder<InferenceSiloOptions> options = services.AddOptions<InferenceSiloOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.ValidateOnStart();
        if (services.Any(static d => d.ServiceType == typeof(SiloAgent)))
        {
            return builder;
        }

        services.AddInference();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InferenceSiloOptions>, InferenceSiloOptionsValidator>());
        services.AddSingleton<LoadedModels>();
        services.AddSingleton<ClusterView>();
        services.AddSingleton<SiloReplicas>();
        services.AddSingleton<ReplicaCalls>();
        services.AddSingleton<DirectoryWatch>();
        services.AddSingleton<EvidenceExchange>();
        services.AddSingleton<SiloAgent>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static p => p.GetRequiredService<SiloAgent>());
        services.TryAddSingleton<IClusterStatus, ClusterStatus>();
        services.AddPlacementDirector<ReplicaPlacement, ReplicaPlacementDirector>();

        // Which of the registered models are loaded is the silo's business.
        services.AddSingleton<IPostConfigureOptions<ModelOptions>, LoadOnDemand>();
        Announce(services);
        return builder;
    }

    /// <summary>Keeps the decisions about versions in the memory of the cluster, for development: they are lost with the silo that holds them, and begin again with what the others know. Call it before <see cref="AddInferenceSilo"/>.</summary>
    /// <param name="builder">The silo.</param>
    public static ISiloBuilder KeepDecisionsInMemory(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IDecisionStore>(static p => new GrainDecisionStore(p));
        return builder;
    }

    private static void Announce(IServiceCollection services)
    {
        if (services.LastOrDefault(static d => d.ServiceType == typeof(IDecisionStore) && !d.IsKeyedService) is not { } store)
        {
            return;
        }

        Func<IServiceProvider, object> make = store.ImplementationInstance is { } instance ? _ => instance
            : store.ImplementationFactory ?? (p => ActivatorUtilities.CreateInstance(p, store.ImplementationType!));
        services.Remove(store);
        services.AddSingleton<IDecisionStore>(p => new AnnouncingDecisionStore((IDecisionStore)make(p), p));
    }
}
