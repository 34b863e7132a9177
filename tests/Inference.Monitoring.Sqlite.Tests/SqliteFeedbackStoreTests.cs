using Inference.Monitoring.Tests.Feedback;
using Inference.TestSupport;

namespace Inference.Monitoring.Sqlite.Tests;

public sealed class SqliteFeedbackStoreTests : FeedbackStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IFeedbackStore> CreateAsync() => Task.FromResult<IFeedbackStore>(new SqliteFeedbackStore(_folder.File("feedback.db"), "ranker"));

    protected override async Task<IFeedbackStore> ReopenAsync(IFeedbackStore store)
    {
        await store.DisposeAsync();
        return await CreateAsync();
    }
}
