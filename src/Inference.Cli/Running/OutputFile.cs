using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Inference.Cli.Running;

/// <summary>A file that is written under a name of its own in the same folder and takes its name when it is complete. On every way out of the process but a crash, what is not complete is removed.</summary>
internal sealed class OutputFile : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> s_open = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly string _temporary;

    static OutputFile()
    {
        // A terminal that is closed ends the process without its finally blocks.
        if (!OperatingSystem.IsWindows())
        {
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, static _ => RemoveAll());
        }

        AppDomain.CurrentDomain.ProcessExit += static (_, _) => RemoveAll();
    }

    /// <summary>Creates the file under its temporary name.</summary>
    /// <param name="path">The name that it takes.</param>
    /// <exception cref="InferenceException">The folder is missing or not writable.</exception>
    public OutputFile(string path)
    {
        _path = Path.GetFullPath(path);
        _temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        s_open[_temporary] = true;
        try
        {
            Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            s_open.TryRemove(_temporary, out _);
            throw new InferenceException($"{path}: expected a writable path, got: {exception.Message} Choose another path.", exception);
        }
    }

    /// <summary>The contents.</summary>
    public FileStream Stream { get; }

    /// <summary>Validates that an output is none of the inputs, also by another name or through links.</summary>
    /// <param name="output">The path to write to.</param>
    /// <param name="inputs">The paths that are read: files, or folders.</param>
    /// <exception cref="UsageException">It is one of them.</exception>
    public static void RequireOther(string output, params ReadOnlySpan<string> inputs)
    {
        string target = Real(output);
        foreach (string input in inputs)
        {
            string source = Real(input);
            if (target == source || (Directory.Exists(source) && target.StartsWith(source + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(target)))
            {
                throw new UsageException($"-o {output}: expected a file other than the inputs, got '{input}' itself. Choose another path.");
            }
        }
    }

    /// <summary>Gives the file its name.</summary>
    public void Complete()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        s_open.TryRemove(_temporary, out _);
    }

    public void Dispose()
    {
        if (s_open.TryRemove(_temporary, out _))
        {
            Stream.Dispose();
            File.Delete(_temporary);
        }
    }

    private static void RemoveAll()
    {
        foreach (string temporary in s_open.Keys)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The process ends; there is nobody to tell.
            }
        }
    }

    private static string Real(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string? parent = Path.GetDirectoryName(full);
        FileSystemInfo info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
        if (info.Exists && info.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            return Real(target.FullName);
        }

        return parent is null ? full : Path.Combine(Real(parent), Path.GetFileName(full));
    }
}
