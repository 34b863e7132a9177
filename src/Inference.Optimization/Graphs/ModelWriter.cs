using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Writes models atomically.</summary>
internal static class ModelWriter
{
    /// <summary>Constants above this total size are written to a file beside the model: the encoding is limited to 2^31 − 1 bytes.</summary>
    public const long ExternalDataThreshold = 1_800_000_000;

    private static readonly OnnxWriteOptions External = new() { ExternalDataThreshold = 1024 };

    /// <summary>Returns the model as a source to load. Above the encoding's limit it is written to a temporary folder, which <paramref name="cleanUp"/> removes.</summary>
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

    /// <summary>Writes the model beside the target and then renames it, so that the target is either the old file or the complete new one.</summary>
    /// <exception cref="OptimizationException">The disk is full, or the folder is not writable.</exception>
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
            throw new OptimizationException($"Model '{path}': expected a writable path, got: {exception.Message} Free space or choose another path; no partial file was left.", exception);
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
                // A loader still maps a file in it; the system's clean-up of temporary files removes it later.
            }
        }
    }
}
