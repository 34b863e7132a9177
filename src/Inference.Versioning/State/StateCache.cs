using Inference.Versioning.Files;

namespace Inference.Versioning.State;

/// <summary>The file <c>state.json</c> with the state of the log, written to another file and renamed, under the log's lock.</summary>
internal sealed class StateCache(string directory)
{
    // Some hundred names with their stamps; what is longer was not written by this library.
    private const long LongestFile = 16L << 20;

    private readonly string _path = Path.Combine(directory, "state.json");

    /// <summary>Whether the file exists and contains the current state of the log.</summary>
    public bool IsOf(DecisionFile log)
    {
        try
        {
            return RegularFile.Find(_path) is { Length: > 0 and < LongestFile } && StateJson.TryParseFile(File.ReadAllBytes(_path)) is { } file && file.Hash == log.Head?.Hash && StateJson.Text(file.State) == StateJson.Text(log.State);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes the file. If that fails, the older file is kept until the next record; no decision depends on it.</summary>
    public void TryWrite(DecisionFile log)
    {
        string aside = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, StateJson.File(new StateFile(log.Head!.Sequence, log.Head.Hash, log.State)));
            File.Move(aside, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(aside);
        }
    }

    /// <summary>Deletes temporary files of processes that died while writing.</summary>
    public void RemoveLeftOvers()
    {
        foreach (string file in Directory.EnumerateFiles(directory, "state.json.*.tmp"))
        {
            TryDelete(file);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Harmless.
        }
    }
}
