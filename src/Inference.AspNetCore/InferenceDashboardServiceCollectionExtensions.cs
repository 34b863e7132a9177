using Inference.AspNetCore;
using Inference.AspNetCore.Configuration;
using Inference.AspNetCore.Dashboard;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the dashboard.</summary>
public static class InferenceDashboardServiceCollectionExtensions
{
    /// <summary>Registers the services of <c>MapInferenceDashboard</c>, and those of <c>AddOpenInference</c>, whose policies decide who sees and does what.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IServiceCollection AddInferenceDashboard(this IServiceCollection services, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<DashboardOptions> options = services.AddOptions<DashboardOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>());
        services.AddOpenInference();
        services.AddAntiforgery();
        services.TryAddSingleton<AssetFiles>();
        services.TryAddSingleton<TrafficMeter>();
        services.TryAddSingleton<ModelReader>();
        services.TryAddSingleton<HistoryService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HistoryService>(static s => s.GetRequiredService<HistoryService>()));
        services.TryAddSingleton<ModelFeed>();
        services.TryAddSingleton<DashboardAccess>();
        services.TryAddSingleton<PageToken>();
        services.TryAddSingleton<SessionEndpoint>();
        services.TryAddSingleton<StreamEndpoint>();
        services.TryAddSingleton<ClusterReader>();
        services.TryAddSingleton<ClusterEndpoint>();
        services.TryAddSingleton<DetailWriter>();
        services.TryAddSingleton<DataWriter>();
        services.TryAddSingleton<PerformanceWriter>();
        services.TryAddSingleton<DecisionsWriter>();
        services.TryAddSingleton<ActionLog>();
        services.TryAddSingleton<DashboardActions>();
        services.TryAddSingleton<ModelEndpoints>();
        services.TryAddSingleton<TryEndpoint>();
        return services;
    }
}
