using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Inference.Monitoring;
using Inference.Monitoring.Alerts;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers receivers of the alerts of all monitored models.</summary>
public static class AlertServiceCollectionExtensions
{
    /// <summary>Registers a receiver as a singleton; the same type once.</summary>
    /// <typeparam name="TSink">The receiver.</typeparam>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddAlertSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(this IServiceCollection services)
        where TSink : class, IAlertSink
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, TSink>());
        return services;
    }

    /// <summary>Registers a receiver that a delegate makes, as a singleton.</summary>
    /// <param name="services">The services.</param>
    /// <param name="create">Makes the receiver.</param>
    public static IServiceCollection AddAlertSink(this IServiceCollection services, Func<IServiceProvider, IAlertSink> create)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        return services.AddSingleton(create);
    }

    /// <summary>Posts the alerts of all monitored models to one URL, those of <see cref="WebhookOptions.GroupWindow"/> together.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the URL and other options, which are validated when the host starts.</param>
    public static IServiceCollection AddWebhookAlerts(this IServiceCollection services, Action<WebhookOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<WebhookOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, WebhookAlertSink>(static provider =>
        {
            WebhookOptions options = provider.GetRequiredService<IOptions<WebhookOptions>>().Value;
            ILogger logger = provider.GetService<ILoggerFactory>()?.CreateLogger("Inference.Monitoring") ?? NullLogger.Instance;
            return new WebhookAlertSink(
                () => options, new WebhookClients(provider.GetService<IHttpClientFactory>()), provider.GetService<TimeProvider>() ?? TimeProvider.System, new AlertInstruments(provider.GetService<IMeterFactory>()), logger);
        }));
        return services;
    }
}
