using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Status;

/// <summary>
/// The conditions that degrade a model that still answers calls, such as rejected options or a failed warm-up run. The component that detects a condition sets it and clears it; while there is one, the
/// model's health is degraded. <c>AddModel</c> registers one instance per model, keyed by the model's name.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ModelConditions
{
    private readonly ConcurrentDictionary<object, string> _conditions = new(ReferenceEqualityComparer.Instance);

    /// <summary>The current conditions, without duplicates, in ordinal order.</summary>
    public IReadOnlyList<string> Current => _conditions.IsEmpty ? [] : [.. _conditions.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether there is a condition.</summary>
    public bool Any => !_conditions.IsEmpty;

    /// <summary>Returns the conditions of a model; null if it was not registered by <c>AddModel</c>.</summary>
    /// <param name="services">The service provider of a stage; may lack keyed services.</param>
    /// <param name="modelName">The model's name.</param>
    public static ModelConditions? Find(IServiceProvider services, string modelName) =>
        (services as IKeyedServiceProvider)?.GetKeyedService(typeof(ModelConditions), modelName) as ModelConditions;

    /// <summary>Sets the condition of an owner, replacing its previous one.</summary>
    /// <param name="owner">The component that reports it, compared by reference; an owner has at most one condition.</param>
    /// <param name="description">One sentence that states the problem and what to do.</param>
    public void Set(object owner, string description)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(description);
        _conditions[owner] = description;
    }

    /// <summary>Clears the condition of an owner, if there is one.</summary>
    /// <param name="owner">The component that reported it.</param>
    public void Clear(object owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        _conditions.TryRemove(owner, out _);
    }
}
