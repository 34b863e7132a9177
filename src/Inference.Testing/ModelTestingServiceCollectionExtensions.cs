using Inference;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Replaces registered models and the clock in tests.</summary>
public static class ModelTestingServiceCollectionExtensions
{
    /// <summary>Puts a runner in the place of a model registered by <c>AddModel</c>; its pipeline is not built and its file is not read. Call it after the model was registered.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="runner">The runner; remains owned by the caller.</param>
    /// <exception cref="InferenceException">No model of this name is registered; the message lists those that are.</exception>
    public static IServiceCollection ReplaceModel(this IServiceCollection services, string name, IModelRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return Remove(services, name).AddKeyedSingleton(name, runner);
    }

    /// <summary>Puts a runner that is created when it is needed, and disposed with the services, in the place of a registered model.</summary>
    /// <inheritdoc cref="ReplaceModel(IServiceCollection, string, IModelRunner)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="create">Creates the runner.</param>
    public static IServiceCollection ReplaceModel(this IServiceCollection services, string name, Func<IServiceProvider, IModelRunner> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Remove(services, name).AddKeyedSingleton(name, (provider, _) => create(provider));
    }

    /// <summary>Registers a clock that stands still until the test moves it, in the place of any other.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The clock.</returns>
    public static FakeTimeProvider AddFakeClock(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var clock = new FakeTimeProvider();
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        return clock;
    }

    private static IServiceCollection Remove(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        string[] known = [.. services.Where(d => d.ServiceType == typeof(IModelRunner) && d.ServiceKey is string).Select(d => (string)d.ServiceKey!).Distinct(StringComparer.Ordinal)];
        return known.Contains(name)
            ? services.RemoveAllKeyed<IModelRunner>(name)
            : throw new InferenceException($"Model '{name}': expected a registered model, there is none; registered are {(known.Length == 0 ? "none" : string.Join(", ", known.Select(k => $"'{k}'")))}. Register it with AddModel first, or correct the name.");
    }
}
