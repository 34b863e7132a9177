namespace Inference.Versioning;

/// <summary>Options of <see cref="ModelSigner"/>.</summary>
public sealed class ModelSignatureOptions
{
    /// <summary>The bundle's file; null, the default: <c>model.sig</c> in a model folder, or beside a model file under its name with the extension <c>.sig</c>.</summary>
    public string? SignaturePath { get; init; }

    /// <summary>The model's name to sign for, as registered where it is served; null, the default, for none. Where signatures are required, a version loads only under the name and version it was signed for.</summary>
    public string? ModelName { get; init; }

    /// <summary>The version to sign for; null, the default, for none.</summary>
    public string? Version { get; init; }

    /// <summary>Files beside a model file that are signed with it, such as its external data, relative to its folder. Folders are signed as a whole.</summary>
    public IReadOnlyList<string> OtherFiles { get; init; } = [];

    /// <summary>Paths that are left out, with all below them, relative to the model folder with <c>/</c>. They are recorded in the bundle.</summary>
    public IReadOnlyList<string> IgnoredPaths { get; init; } = [];

    /// <summary>Whether symbolic links to files are followed when signing; the default is false: they are refused.</summary>
    public bool AllowSymbolicLinks { get; init; }

    /// <summary>The clock; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
