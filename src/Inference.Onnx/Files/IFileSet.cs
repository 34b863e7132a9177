namespace Inference.Onnx.Files;

/// <summary>Files that external tensors refer to, in one file instead of a folder. Thread-safe.</summary>
internal interface IFileSet : IDisposable
{
    /// <summary>The file that holds them; null for memory.</summary>
    string? Path { get; }

    /// <summary>The content of a file; null if there is none.</summary>
    /// <param name="name">A path as <see cref="ContainedPath.Plain"/> returns it.</param>
    /// <param name="maxBytes">The limit.</param>
    /// <param name="limitName">Its name, for messages.</param>
    /// <exception cref="OnnxFormatException">The file is too large or damaged.</exception>
    FileContent? Open(string name, long maxBytes, string limitName);
}
