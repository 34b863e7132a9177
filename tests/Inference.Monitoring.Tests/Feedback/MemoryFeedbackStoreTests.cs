using Inference.Feedback;

namespace Inference.Monitoring.Tests.Feedback;

public class MemoryFeedbackStoreTests : FeedbackStoreConformance
{
    protected override Task<IFeedbackStore> CreateAsync() => Task.FromResult<IFeedbackStore>(new MemoryFeedbackStore());

    protected override Task<IFeedbackStore> ReopenAsync(IFeedbackStore store) => Task.FromResult(store);

    [Fact]
    public async Task Write_BeyondCapacity_DropsTheOldest()
    {
        var store = new MemoryFeedbackStore(3);
        KeptPrediction[] predictions = [.. Enumerable.Range(0, 5).Select(i => new KeptPrediction { Id = Guid.NewGuid(), At = DateTimeOffset.UnixEpoch.AddSeconds(i), ModelVersion = "1" })];
        await store.WriteAsync(predictions, []);
        IReadOnlyList<WrittenReport> written = await store.WriteAsync([], [.. predictions.Select((p, i) => new TimedReport(p.Id, 0, "label", 1, p.At, i))]);
        Assert.Equal([FeedbackAnswer.Unknown, FeedbackAnswer.Unknown, FeedbackAnswer.Accepted, FeedbackAnswer.Accepted, FeedbackAnswer.Accepted], written.Select(w => w.Answer));
    }
}
