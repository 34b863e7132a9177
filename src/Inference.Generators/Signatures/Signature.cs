namespace Inference.Generators.Signatures;

/// <summary>The contents of a signature file.</summary>
/// <param name="File">The signature file.</param>
/// <param name="Model">The path of the model as listed in the project, with <c>/</c> as separator.</param>
/// <param name="Inputs">The inputs, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
/// <param name="Error">Why the file cannot be read; null if it was read.</param>
internal sealed record Signature(string File, string Model, EquatableArray<Port> Inputs, EquatableArray<Port> Outputs, string? Error)
{
    /// <summary>The last part of <see cref="Model"/>: the same on every machine.</summary>
    public string FileName => Model.Substring(Model.LastIndexOf('/') + 1);

    /// <summary>Whether a path refers to this model: it is the model's path as listed in the project, or the end of that path.</summary>
    public bool IsNamedBy(string path) => IsExactly(path) || Model.EndsWith("/" + Normalize(path), StringComparison.Ordinal);

    /// <summary>Whether a path is the model's path as listed in the project.</summary>
    public bool IsExactly(string path) => Model == Normalize(path);

    /// <summary>The path with <c>/</c> between its parts, and without a leading <c>./</c>.</summary>
    public static string Normalize(string path)
    {
        path = path.Replace('\\', '/');
        while (path.StartsWith("./", StringComparison.Ordinal))
        {
            path = path.Substring(2);
        }

        return path;
    }
}
