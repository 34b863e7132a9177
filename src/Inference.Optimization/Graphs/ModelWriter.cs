using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Writes models whole or not at all.</summary>
internal static class ModelWriter
{
    /// <summary>Constants beyond this go to a file beside the model: the encoding ends at 2^31 − 1 bytes.</summary>
    public const long ExternalDataThreshold = 1_800_000_000;

    private static readonly OnnxWriteOptions External = new() { ExternalDataThreshold = 1024 };

    /// <summary>The model as a source to load. Beyond the encoding's limit it is written to a temporary folder, which <paramref name="cleanUp"/> removes.</summary>
    public static ModelSource ToSource(OnnxModel model, out IDisposable? cleanUp)
    {
        cleanUp = null;
        if (Weights.TotalBytes(model.Graph) < ExternalDataThreshold)
        {
            return ModelSource.Bytes(model.ToArray());
        }

        string folder = Directory.CreateTempSubdirectory("inference-").FullName;
        cleanUp = new TemporaryFolder(folder);
        string path = Path.Combine(folder, "model.onnx");
        model.Save(path, External);
        return ModelSource.File(path);
    }

    /// <summary>Writes the model beside the target and then renames it: the target is the old file or the whole new one.</summary>
    /// <exception cref="OptimizationException">The disk is full or the folder cannot be written.</exception>
    public static void Save(OnnxModel model, string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            model.Save(full, Weights.TotalBytes(model.Graph) < ExternalDataThreshold ? null : External);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OptimizationException($"Model '{path}': expected to write it, got: {exception.Message} Free space or choose another path; nothing was left half-written.", exception);
        }
    }

    private sealed class TemporaryFolder(string path) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException)
            {
                // A loader still maps a file in it; the system's cleaner of temporary files takes it later.
            }
        }
    }
}
