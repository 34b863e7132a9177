using Inference.Monitoring.Tests.Feedback;

namespace Inference.Monitoring.PostgreSql.Tests;

public sealed class PostgreSqlFeedbackStoreTests : FeedbackStoreConformance
{
    private readonly string _schema = $"test_{Guid.NewGuid():N}";

    protected override Task<IFeedbackStore> CreateAsync() => Task.FromResult<IFeedbackStore>(new PostgreSqlFeedbackStore(PostgreSqlServer.Shared.ConnectionString, "ranker", _schema));

    protected override async Task<IFeedbackStore> ReopenAsync(IFeedbackStore store)
    {
        await store.DisposeAsync();
        return await CreateAsync();
    }
}
