namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>A folder that is deleted with its contents.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("inference-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
