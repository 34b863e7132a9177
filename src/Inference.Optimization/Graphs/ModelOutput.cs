using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Writes results atomically, and never over the source.</summary>
internal static class ModelOutput
{
    /// <summary>Writes a model; weights beyond the encoding's limit are written to a file beside it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The path to write to.</param>
    /// <param name="source">The source model's file or folder, which is never changed.</param>
    /// <exception cref="OptimizationException">The path is the source's, the disk is full, or the folder is not writable.</exception>
    public static void Save(OnnxModel model, string path, string source)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireOther(path, source);
        ModelWriter.Save(model, path);
    }

    /// <summary>Writes a text atomically.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path to write to.</param>
    /// <exception cref="OptimizationException">The disk is full, or the folder is not writable.</exception>
    public static void SaveText(string text, string path)
    {
        string full = Path.GetFullPath(path);
        string temporary = full + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(temporary, text);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new OptimizationException($"{path}: expected a writable path, got: {exception.Message} Free space or choose another path; no partial file was left.", exception);
        }
    }

    /// <summary>Validates that an output path is not the source's.</summary>
    /// <param name="path">The path to write to.</param>
    /// <param name="source">The source model's file or folder.</param>
    /// <exception cref="OptimizationException">The paths refer to the same file.</exception>
    public static void RequireOther(string path, string source)
    {
        string file = Path.GetFullPath(ModelSource.File(source).ResolveFile()!);
        if (string.Equals(Path.GetFullPath(path), file, StringComparison.Ordinal))
        {
            throw new OptimizationException($"{path}: expected a file other than the source model, got the same. Choose another output path.");
        }
    }
}
