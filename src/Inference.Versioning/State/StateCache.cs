namespace Inference.Versioning.State;

/// <summary><c>state.json</c>: what follows from the log, written aside and renamed, under the log's lock.</summary>
internal sealed class StateCache(string directory)
{
    private readonly string _path = Path.Combine(directory, "state.json");

    /// <summary>Whether it is there and of the log as it is.</summary>
    public bool IsOf(DecisionFile log)
    {
        try
        {
            return StateJson.TryParseFile(File.ReadAllBytes(_path)) is { } file && file.Hash == log.Head?.Hash && StateJson.Text(file.State) == StateJson.Text(log.State);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes it. Where that fails the older one stays, which nobody decides by, and the next record brings it up to date.</summary>
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

    /// <summary>Deletes what processes left that died while they wrote.</summary>
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
            // It is in nobody's way.
        }
    }
}
