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
        RequireOther(path, source, []);
        ModelWriter.Save(model, path);
    }

    /// <summary>Writes a text atomically.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path to write to.</param>
    /// <exception cref="OptimizationException">The disk is full, or the folder is not writable.</exception>
    public static void SaveText(string text, string path)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
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

    /// <summary>Validates, before the work, that an output can be written and is none of the source's files, also by another name or through links.</summary>
    /// <param name="path">The path to write to.</param>
    /// <param name="source">The source model's file or folder.</param>
    /// <param name="external">The files that hold weights of the source, see <see cref="OnnxModel.GetExternalDataFiles"/>.</param>
    /// <exception cref="OptimizationException">It is one of them, or is not writable.</exception>
    public static void Require(string path, string source, IReadOnlyList<string> external)
    {
        RequireOther(path, source, external);
        if (Directory.Exists(path))
        {
            throw new OptimizationException($"{path}: expected a path of a file to write, got a folder. Add a file name.");
        }

        try
        {
            // The nearest folder that exists: nothing is created before there is something to write.
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            while (!Directory.Exists(folder) && !File.Exists(folder))
            {
                folder = Path.GetDirectoryName(folder)!;
            }

            string probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OptimizationException($"{path}: expected a writable path, got: {exception.Message} Choose another path; nothing was done.", exception);
        }
    }

    private static void RequireOther(string path, string source, IReadOnlyList<string> external)
    {
        string target = Real(path);
        string file = ModelSource.File(source).ResolveFile()!;
        foreach (string used in external.Prepend(file))
        {
            // A model with external weights writes a second file beside it.
            if (target == Real(used) || $"{target}.data" == Real(used))
            {
                throw new OptimizationException($"{path}: expected a file other than the source model and its weights, got '{used}' itself. Choose another output path.");
            }
        }
    }

    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        FileSystemInfo info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        return info.Exists && info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName)
            : Path.GetDirectoryName(full) is { } parent ? Path.Combine(Real(parent), Path.GetFileName(full))
            : full;
    }
}
