namespace Inference.Monitoring.Sqlite;

/// <summary>Makes stores in files.</summary>
internal sealed class SqliteFeedbackProvider(string path) : IFeedbackStoreProvider
{
    /// <summary>What stands for the model's name.</summary>
    public const string Model = "{model}";

    public IFeedbackStore Create(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);

        // A name is no path.
        string name = string.Concat(model.Name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c.ToString() : $"%{(int)c:X2}"));
        return new SqliteFeedbackStore(path.Replace(Model, name is "." or ".." ? $"%{name}" : name, StringComparison.Ordinal), model.Name);
    }
}
