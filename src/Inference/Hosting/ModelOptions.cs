using System.ComponentModel.DataAnnotations;

namespace Inference;

/// <summary>How a model registered by <c>AddModel</c> is loaded. Named by the model; validated at host start.</summary>
public sealed class ModelOptions
{
    /// <summary>Where the model comes from; null: <see cref="Path"/>.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>A model file or directory; for configuration files, where <see cref="Source"/> cannot be written.</summary>
    public string? Path { get; set; }

    /// <summary>Providers by preference, first the best; <c>cpu</c> is always last. Empty, the default: <c>cpu</c> alone.</summary>
    public IList<string> Providers { get; } = [];

    /// <summary>Threads that one run may use, 0 to 1024; 0, the default: one for each processor.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Prepared plans kept for distinct input shapes, 1 to 1024, 16 by default.</summary>
    [Range(1, 1024)]
    public int MaxPlans { get; set; } = 16;

    /// <summary>Longest execution of one call, more than zero; null, the default: no limit.</summary>
    public TimeSpan? MaxRunTime { get; set; }

    /// <summary>Longest load on the managed engine, more than zero; null, the default: no limit.</summary>
    public TimeSpan? MaxLoadTime { get; set; }

    /// <summary>Most bytes that one run may hold at once, 1 or more; null, the default: the memory that the process can have. See <see cref="ModelLoadOptions.MaxMemoryBytes"/>.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxMemoryBytes { get; set; }

    /// <summary>Whether the model is run once on zeros at host start, so that the first call is as fast as the others; true by default.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Whether rows are independent, stated where it cannot be proved; checked at load. Null, the default: as proved.</summary>
    public bool? AssertRowIndependent { get; set; }

    /// <summary>Whether rows that are proved to be independent are also tried at load; true by default. See <see cref="ModelLoadOptions.VerifyRowIndependence"/>.</summary>
    public bool VerifyRowIndependence { get; set; } = true;

    /// <summary>Whether a provider that fails to compile what it claimed fails the load; false by default.</summary>
    public bool FailOnProviderError { get; set; }

    internal ModelSource? EffectiveSource => Source ?? (Path is { Length: > 0 } path ? ModelSource.File(path) : null);

    internal ModelLoadOptions ToLoadOptions(string name)
    {
        var options = new ModelLoadOptions
        {
            Name = name,
            Threads = Threads,
            MaxPlans = MaxPlans,
            MaxRunTime = MaxRunTime,
            MaxLoadTime = MaxLoadTime,
            MaxMemoryBytes = MaxMemoryBytes,
            AssertRowIndependent = AssertRowIndependent,
            VerifyRowIndependence = VerifyRowIndependence,
            FailOnProviderError = FailOnProviderError,
        };
        foreach (string provider in Providers)
        {
            options.Providers.Add(provider);
        }

        return options;
    }
}
