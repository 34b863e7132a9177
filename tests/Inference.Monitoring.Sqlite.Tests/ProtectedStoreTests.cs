using Inference.Monitoring.Feedback;
using Inference.Monitoring.Tests.Feedback;
using Inference.Security;
using Inference.TestSupport;

namespace Inference.Monitoring.Sqlite.Tests;

/// <summary>What is encrypted on its way to the file is, for those who read, what was written.</summary>
public sealed class ProtectedStoreTests : FeedbackStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override async Task<IFeedbackStore> CreateAsync() =>
        new ProtectedFeedbackStore(new SqliteFeedbackStore(_folder.File("feedback.db"), "ranker"), await SubjectKeys.OpenAsync(_folder.File("keys"), new TestKeyProvider("test")));

    protected override async Task<IFeedbackStore> ReopenAsync(IFeedbackStore store)
    {
        await store.DisposeAsync();
        return await CreateAsync();
    }
}
