namespace Inference.Monitoring.PostgreSql;

/// <summary>Makes stores in a database.</summary>
internal sealed class PostgreSqlFeedbackProvider(PostgreSqlFeedbackOptions options) : IFeedbackStoreProvider
{
    public IFeedbackStore Create(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new PostgreSqlFeedbackStore(options.ConnectionString, model.Name, options.Schema);
    }
}
