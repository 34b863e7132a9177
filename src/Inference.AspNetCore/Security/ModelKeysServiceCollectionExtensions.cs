using Inference.AspNetCore.Security;
using Inference.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keys of encrypted models.</summary>
public static class ModelKeysServiceCollectionExtensions
{
    /// <summary>Registers ASP.NET Core's data protection as the <see cref="IModelKeyProvider"/>, unless there is one: models that it encrypted are loaded by every program that shares its key ring and application name.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddDataProtectionModelKeys(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddDataProtection();
        services.TryAddSingleton<IModelKeyProvider>(static p => new DataProtectionKeyProvider(p.GetRequiredService<IDataProtectionProvider>()));
        return services;
    }
}
