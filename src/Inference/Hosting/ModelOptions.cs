using Inference.Security;

namespace Inference;

/// <summary>Options of a model registered by <c>AddModel</c>: its location and how it is loaded. Named options, under the model's name; validated when the host starts. The name and version of <see cref="ModelLoadOptions"/>
/// are ignored: they come from the registration and the repository.</summary>
public sealed class ModelOptions : ModelLoadOptions
{
    /// <summary>The source of the model; null, the default, to use <see cref="Path"/>.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>A model file or directory; for configuration files, which cannot express <see cref="Source"/>.</summary>
    public string? Path { get; set; }

    /// <summary>The file with the key of an encrypted model, for configuration files, which cannot express <see cref="ModelLoadOptions.Keys"/>: as <see cref="ModelKeys.FromFile"/> reads it, so that only its owner may read it. At most one of this,
    /// <see cref="KeyEnvironmentVariable"/> and <see cref="ModelLoadOptions.Keys"/> is set. Null, the default, for none.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The environment variable with the key of an encrypted model, as <see cref="ModelKeys.FromEnvironment"/> reads it; prefer <see cref="KeyFile"/>. Null, the default, for none.</summary>
    public string? KeyEnvironmentVariable { get; set; }

    /// <summary>Whether the model is run once on zeros when the host starts, so that the first call is as fast as later ones; true by default.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Whether the host starts without waiting for the model; false by default. If true, a model that cannot be loaded does not fail the start; until it is loaded, its health check is unhealthy
    /// and calls wait for it. If false, the host starts after the model is loaded, and fails if it cannot be loaded.</summary>
    public bool LoadInBackground { get; set; }

    /// <summary>Whether the host starts without loading the model, which its first call loads: for models of which there are more than fit in memory. False by default; true takes precedence over <see cref="LoadInBackground"/>. Its health
    /// check is healthy while it is not loaded, unless loading it failed.</summary>
    public bool LoadOnDemand { get; set; }

    internal ModelSource? EffectiveSource => Source ?? (Path is { Length: > 0 } path ? ModelSource.File(path) : null);

    /// <summary>The names of the options whose values differ and that affect loading; null if there are none.</summary>
    internal string? WhatDiffers(ModelOptions other)
    {
        (string Name, bool Same)[] options =
        [
            (nameof(Source), EffectiveSource?.ToString() == other.EffectiveSource?.ToString()),
            (nameof(Providers), Providers.SequenceEqual(other.Providers)),
            (nameof(Threads), Threads == other.Threads),
            (nameof(Precision), Precision == other.Precision),
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
            (nameof(KeyFile), KeyFile == other.KeyFile),
            (nameof(KeyEnvironmentVariable), KeyEnvironmentVariable == other.KeyEnvironmentVariable),
            (nameof(Limits), Limits == other.Limits),
        ];
        string names = string.Join(", ", options.Where(o => !o.Same).Select(o => o.Name));
        return names.Length > 0 ? names : null;
    }

    /// <summary>The first two ways in which the key is given, though one is expected; null if there is one or none.</summary>
    internal (string First, string Second)? KeysGivenTwice =>
        (Keys is not null, KeyFile is { Length: > 0 }, KeyEnvironmentVariable is { Length: > 0 }) switch
        {
            (true, true, _) => (nameof(Keys), nameof(KeyFile)),
            (true, _, true) => (nameof(Keys), nameof(KeyEnvironmentVariable)),
            (_, true, true) => (nameof(KeyFile), nameof(KeyEnvironmentVariable)),
            _ => null,
        };

    internal ModelLoadOptions ToLoadOptions(string name)
    {
        ModelLoadOptions options = Clone();
        options.Name = name;
        options.Keys ??= KeyFile is { Length: > 0 } file ? ModelKeys.FromFile(file) : KeyEnvironmentVariable is { Length: > 0 } variable ? ModelKeys.FromEnvironment(variable) : null;
        return options;
    }
}
