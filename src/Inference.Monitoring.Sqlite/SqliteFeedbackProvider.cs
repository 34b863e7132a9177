using Inference.Monitoring.Records;

namespace Inference.Monitoring.Sqlite;

/// <summary>Makes stores in files.</summary>
internal sealed class SqliteFeedbackProvider(string path) : IFeedbackStoreProvider
{
    /// <summary>What stands for the model's name.</summary>
    public const string Model = PathPattern.Model;

    public IFeedbackStore Create(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new SqliteFeedbackStore(PathPattern.Fill(path, model.Name), model.Name);
    }
}
