using Inference.Monitoring.Feedback;
using Inference.Monitoring.Tests.Feedback;
using Inference.Security;
using Inference.TestSupport;

namespace Inference.Monitoring.PostgreSql.Tests;

/// <summary>What is encrypted on its way to the server is, for those who read, what was written.</summary>
public sealed class ProtectedStoreTests : FeedbackStoreConformance, IDisposable
{
    private readonly string _schema = $"test_{Guid.NewGuid():N}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override async Task<IFeedbackStore> CreateAsync() =>
        new ProtectedFeedbackStore(new PostgreSqlFeedbackStore(PostgreSqlServer.Shared.ConnectionString, "ranker", _schema), await SubjectKeys.OpenAsync(_folder.Path, new TestKeyProvider("test")));

    protected override async Task<IFeedbackStore> ReopenAsync(IFeedbackStore store)
    {
        await store.DisposeAsync();
        return await CreateAsync();
    }
}
