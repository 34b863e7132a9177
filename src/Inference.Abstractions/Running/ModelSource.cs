namespace Inference;

/// <summary>Where a model comes from. Immutable.</summary>
public sealed class ModelSource
{
    private ModelSource(string? path, ReadOnlyMemory<byte> bytes, string? baseDirectory)
    {
        Path = path;
        Content = bytes;
        BaseDirectory = baseDirectory;
    }

    /// <summary>The file or directory; null for bytes in memory.</summary>
    public string? Path { get; }

    /// <summary>The bytes of a model in memory; empty for files.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Where external data of a model in memory is looked for; null: it may have none.</summary>
    public string? BaseDirectory { get; }

    /// <summary>A model file; external data is looked for beside it.</summary>
    public static ModelSource File(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path, default, null);
    }

    /// <summary>A directory with a <c>model.onnx</c>, or, for versioning, one with a sub-directory a version.</summary>
    public static ModelSource Directory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path, default, null);
    }

    /// <summary>A model in memory; the bytes must not change while the model is loaded.</summary>
    public static ModelSource Bytes(ReadOnlyMemory<byte> bytes, string? baseDirectory = null) => new(null, bytes, baseDirectory);

    /// <summary>The model file that <see cref="Path"/> means: itself, or the <c>model.onnx</c> in it; null for bytes in memory.</summary>
    public string? ResolveFile() => Path is null ? null
        : System.IO.Directory.Exists(Path) ? System.IO.Path.Combine(Path, "model.onnx") : Path;

    /// <inheritdoc/>
    public override string ToString() => Path ?? $"{Content.Length} bytes in memory";
}
