using Inference.AspNetCore.Models;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Finds what the stages of a model tell about it: by <see cref="IModelRunner.GetService"/>, or as a service keyed by the model's name.</summary>
internal sealed class ModelReader(ServedModels models, TrafficMeter traffic, IServiceProvider services)
{
    // Versions that are looked at one by one.
    private const int MaxVersions = 16;

    private readonly IServiceProvider _services = services;

    public IReadOnlyList<ServedModel> All => models.All;

    /// <exception cref="Protocol.RequestFault">There is no such model.</exception>
    public ServedModel Find(string name) => models.Find(name);

    /// <summary>Returns a service of a model; null if it has none, or is not loaded.</summary>
    public T? Service<T>(ServedModel model)
        where T : class => (IsLoaded(model) ? model.Runner.GetService(typeof(T)) as T : null) ?? (_services as IKeyedServiceProvider)?.GetKeyedService(typeof(T), model.Name) as T;

    /// <summary>Returns a service of a version of a model; null if it has none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The version; null or empty for the default.</param>
    public T? Service<T>(ServedModel model, string? version)
        where T : class => string.IsNullOrEmpty(version) ? Service<T>(model)
        : !IsLoaded(model) ? null
        : model.Runner.GetService(typeof(IModelRunner), version) is IModelRunner bound ? bound.GetService(typeof(T)) as T
        : Service<T>(model);

    /// <summary>The versions whose stages are looked at: those that serve, the default first.</summary>
    public List<string> Serving(ServedModel model)
    {
        if (Service<IModelVersions>(model) is not { } versions)
        {
            return [IsLoaded(model) ? model.Runner.Info.Version : ""];
        }

        return [.. versions.Versions.Where(static v => ServedModel.Serves(v.State)).OrderByDescending(static v => v.State == ModelVersionState.Default)
            .ThenByDescending(static v => v.State == ModelVersionState.Canary).Select(static v => v.Version).Take(MaxVersions)];
    }

    /// <summary>The recent calls by version: as the model reports them, or as they were measured.</summary>
    public IReadOnlyList<VersionTraffic> Traffic(ServedModel model) => Service<IModelTraffic>(model)?.Versions ?? traffic.Read(model.Name);

    private static bool IsLoaded(ServedModel model) => !model.IsUnloaded && model.IsLoaded;
}
