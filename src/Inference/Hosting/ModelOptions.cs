namespace Inference;

/// <summary>A model registered by <c>AddModel</c>: where it is, and how it is loaded. Named by the model; validated at host start. The name and version of <see cref="ModelLoadOptions"/> are
/// the registration's and the repository's; what is set here is not used.</summary>
public sealed class ModelOptions : ModelLoadOptions
{
    /// <summary>Where the model comes from; null: <see cref="Path"/>.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>A model file or directory; for configuration files, where <see cref="Source"/> cannot be written.</summary>
    public string? Path { get; set; }

    /// <summary>Whether the model is run once on zeros at host start, so that the first call is as fast as the others; true by default.</summary>
    public bool WarmUp { get; set; } = true;

    internal ModelSource? EffectiveSource => Source ?? (Path is { Length: > 0 } path ? ModelSource.File(path) : null);

    internal ModelLoadOptions ToLoadOptions(string name)
    {
        ModelLoadOptions options = Clone();
        options.Name = name;
        return options;
    }
}
