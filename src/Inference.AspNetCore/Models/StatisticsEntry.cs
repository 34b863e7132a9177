namespace Inference.AspNetCore.Models;

/// <summary>The counts of one version of a model.</summary>
internal sealed record StatisticsEntry(string Name, string Version, VersionStatistics Counts)
{
    /// <summary>Returns the entries of models: one for each version that served calls or serves.</summary>
    /// <param name="models">The models.</param>
    /// <param name="version">The version; empty for all.</param>
    /// <exception cref="Protocol.RequestFault">A model has no such version.</exception>
    public static List<StatisticsEntry> Of(IReadOnlyList<ServedModel> models, string version)
    {
        var entries = new List<StatisticsEntry>();
        foreach (ServedModel model in models)
        {
            if (version.Length > 0)
            {
                string served = RunnerQuestions.InfoOf(model.Resolve(version)).Version;
                entries.Add(new(model.Name, served, model.Statistics.Of(served)));
                continue;
            }

            if (model.WhyNotReady() is null)
            {
                IReadOnlyList<string> versions = model.Versions();
                foreach (string serving in versions.Count > 0 ? versions : [""])
                {
                    model.Statistics.Of(serving);
                }
            }

            entries.AddRange(model.Statistics.Versions.Select(counts => new StatisticsEntry(model.Name, counts.Key, counts.Value)));
        }

        return entries;
    }
}
