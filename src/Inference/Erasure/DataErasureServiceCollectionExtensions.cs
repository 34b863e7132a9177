using Inference.Erasure;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers erasure of data about subjects and tenants.</summary>
public static class DataErasureServiceCollectionExtensions
{
    /// <summary>Registers <see cref="IDataErasure"/> and <see cref="IDataExport"/> over all registered models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets at least the key that signs receipts.</param>
    public static IServiceCollection AddDataErasure(this IServiceCollection services, Action<DataErasureOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DataErasureOptions>().Configure(configure).Validate(static o => !string.IsNullOrEmpty(o.SigningKeyFile), "SigningKeyFile: expected the file of a private key, got none. Set it.").ValidateOnStart();
        services.TryAddSingleton<IDataErasure, DataErasure>();
        services.TryAddSingleton<IDataExport, DataExport>();
        return services;
    }
}
