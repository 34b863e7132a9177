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

    internal ModelSource? EffectiveSource => Source ?? (Path is { Length: > 0 } path ? ModelSource.File(path) : null);

    internal ModelLoadOptions ToLoadOptions(string name)
    {
        ModelLoadOptions options = Clone();
        options.Name = name;
        return options;
    }
}
