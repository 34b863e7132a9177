namespace Inference;

/// <summary>Options of a model registered by <c>AddModel</c>: its location and how it is loaded. Named options, under the model's name; validated when the host starts. The name and version of <see cref="ModelLoadOptions"/>
/// are ignored: they come from the registration and the repository.</summary>
public sealed class ModelOptions : ModelLoadOptions
{
    /// <summary>The source of the model; null, the default, to use <see cref="Path"/>.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>A model file or directory; for configuration files, which cannot express <see cref="Source"/>.</summary>
    public string? Path { get; set; }

    /// <summary>Whether the model is run once on zeros when the host starts, so that the first call is as fast as later ones; true by default.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Whether the host starts without waiting for the model; false by default. If true, a model that cannot be loaded does not fail the start; until it is loaded, its health check is unhealthy
    /// and calls wait for it. If false, the host starts after the model is loaded, and fails if it cannot be loaded.</summary>
    public bool LoadInBackground { get; set; }

    internal ModelSource? EffectiveSource => Source ?? (Path is { Length: > 0 } path ? ModelSource.File(path) : null);

    /// <summary>The names of the options whose values differ and that affect loading; null if there are none.</summary>
    internal string? WhatDiffers(ModelOptions other)
    {
        (string Name, bool Same)[] options =
        [
            (nameof(Source), EffectiveSource?.ToString() == other.EffectiveSource?.ToString()),
            (nameof(Providers), Providers.SequenceEqual(other.Providers)),
            (nameof(Threads), Threads == other.Threads),
            (nameof(AssertRowIndependent), AssertRowIndependent == other.AssertRowIndependent),
            (nameof(VerifyRowIndependence), VerifyRowIndependence == other.VerifyRowIndependence),
            (nameof(FailOnProviderError), FailOnProviderError == other.FailOnProviderError),
            (nameof(MaxPlans), MaxPlans == other.MaxPlans),
            (nameof(MaxRunTime), MaxRunTime == other.MaxRunTime),
            (nameof(MaxLoadTime), MaxLoadTime == other.MaxLoadTime),
            (nameof(MaxMemoryBytes), MaxMemoryBytes == other.MaxMemoryBytes),
            (nameof(MapFiles), MapFiles == other.MapFiles),
            (nameof(Images), Images == other.Images),
            (nameof(Keys), Keys == other.Keys),
            (nameof(ExpectedFiles), ExpectedFiles == other.ExpectedFiles),
            (nameof(Limits), Limits == other.Limits),
        ];
        string names = string.Join(", ", options.Where(o => !o.Same).Select(o => o.Name));
        return names.Length > 0 ? names : null;
    }

    internal ModelLoadOptions ToLoadOptions(string name)
    {
        ModelLoadOptions options = Clone();
        options.Name = name;
        return options;
    }
}
