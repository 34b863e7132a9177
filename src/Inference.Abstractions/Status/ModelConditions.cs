using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Status;

/// <summary>
/// What is wrong with a model that serves all the same: rejected options, a failed warm-up, a lost watcher. The part that finds a condition sets it, and clears it when it is over; while there is one,
/// the model's health is degraded. <c>AddModel</c> registers one instance for each model, keyed by the model's name.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ModelConditions
{
    private readonly ConcurrentDictionary<object, string> _conditions = new(ReferenceEqualityComparer.Instance);

    /// <summary>The conditions that hold now, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Current => _conditions.IsEmpty ? [] : [.. _conditions.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether a condition holds.</summary>
    public bool Any => !_conditions.IsEmpty;

    /// <summary>The conditions of a model; null where it was not registered by <c>AddModel</c>.</summary>
    /// <param name="services">The services of a stage; may know no keys at all.</param>
    /// <param name="modelName">The model's name.</param>
    public static ModelConditions? Find(IServiceProvider services, string modelName) =>
        (services as IKeyedServiceProvider)?.GetKeyedService(typeof(ModelConditions), modelName) as ModelConditions;

    /// <summary>Sets the condition that an owner reports, in place of its last one.</summary>
    /// <param name="owner">Who reports, told apart by reference; it has one condition at a time.</param>
    /// <param name="description">One sentence: what is wrong, and what to do.</param>
    public void Set(object owner, string description)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentException.ThrowIfNullOrEmpty(description);
        _conditions[owner] = description;
    }

    /// <summary>Clears the condition that an owner reported, if there is one.</summary>
    /// <param name="owner">Who reported it.</param>
    public void Clear(object owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        _conditions.TryRemove(owner, out _);
    }
}
