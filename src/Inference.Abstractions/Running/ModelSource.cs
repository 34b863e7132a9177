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

    /// <summary>The bytes of a model in memory; empty for a file or directory.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The directory of the external data of a model in memory; null if it must not have any.</summary>
    public string? BaseDirectory { get; }

    /// <summary>A model file; external data is read from the same directory.</summary>
    public static ModelSource File(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path, default, null);
    }

    /// <summary>A directory that contains a <c>model.onnx</c>, or, for versioning, one subdirectory for each version.</summary>
    public static ModelSource Directory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(path, default, null);
    }

    /// <summary>A model in memory; the bytes must not change while the model is loaded.</summary>
    public static ModelSource Bytes(ReadOnlyMemory<byte> bytes, string? baseDirectory = null) => new(null, bytes, baseDirectory);

    /// <summary>Returns the model file that <see cref="Path"/> refers to: the path itself, or the <c>model.onnx</c> in that directory; null for bytes in memory.</summary>
    public string? ResolveFile() => Path is null ? null
        : System.IO.Directory.Exists(Path) ? System.IO.Path.Combine(Path, "model.onnx") : Path;

    /// <inheritdoc/>
    public override string ToString() => Path ?? $"{Content.Length} bytes in memory";
}
