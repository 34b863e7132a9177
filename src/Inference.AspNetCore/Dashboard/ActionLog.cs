using Inference.AspNetCore.Models;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What pages did since the process started: the last of each model. The log of the program has all. Thread-safe.</summary>
internal sealed class ActionLog(ModelReader reader)
{
    // People's decisions of weeks; with the longest reasons about 0.5 MB a model.
    private const int MaxEntries = 100;

    private readonly Dictionary<string, Queue<ActionEntry>> _models = reader.All.ToDictionary(static m => m.Name, static _ => new Queue<ActionEntry>(), StringComparer.Ordinal);

    public void Add(ServedModel model, ActionEntry entry)
    {
        Queue<ActionEntry> entries = _models[model.Name];
        lock (entries)
        {
            entries.Enqueue(entry);
            if (entries.Count > MaxEntries)
            {
                entries.Dequeue();
            }
        }
    }

    /// <summary>The entries of a model, newest first.</summary>
    public ActionEntry[] Read(ServedModel model)
    {
        Queue<ActionEntry> entries = _models[model.Name];
        lock (entries)
        {
            return [.. entries.Reverse()];
        }
    }
}
