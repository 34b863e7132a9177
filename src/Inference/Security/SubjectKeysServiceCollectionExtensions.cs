using Inference.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keys of subjects and tenants.</summary>
public static class SubjectKeysServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="SubjectKeys"/> of a folder as <see cref="ISubjectKeys"/>, unless there are keys: what feedback and second-level caches store is then encrypted under keys of its subject and tenant. The folder is opened by the first
    /// use. An <see cref="IModelKeyProvider"/> must be registered; it wraps the root key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="folder">The folder; processes may share it. See <see cref="SubjectKeys"/> about backups.</param>
    public static IServiceCollection AddSubjectKeys(this IServiceCollection services, string folder)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        services.TryAddSingleton<ISubjectKeys>(p => new OpenedSubjectKeys(
            folder,
            p.GetService<IModelKeyProvider>() ?? throw new Inference.InferenceException("AddSubjectKeys: expected a registered IModelKeyProvider, got none. Register one, such as ModelKeys.FromFile(…).")));
        return services;
    }
}
