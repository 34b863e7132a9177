namespace Inference.Generators.Signatures;

/// <summary>What a signature file says of a model.</summary>
/// <param name="File">The signature file.</param>
/// <param name="Model">The path by which the project lists the model, with <c>/</c>.</param>
/// <param name="Inputs">The inputs, in the model's order.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
/// <param name="Error">Why the file cannot be read; null where it was.</param>
internal sealed record Signature(string File, string Model, EquatableArray<Port> Inputs, EquatableArray<Port> Outputs, string? Error)
{
    /// <summary>The last part of <see cref="Model"/>: the same on every machine.</summary>
    public string FileName => Model.Substring(Model.LastIndexOf('/') + 1);

    /// <summary>Whether a path names this model: it is the path by which the project lists it, or its last parts.</summary>
    public bool IsNamedBy(string path) => IsExactly(path) || Model.EndsWith("/" + Normalize(path), StringComparison.Ordinal);

    /// <summary>Whether a path is the one by which the project lists it.</summary>
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
