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

    [Fact]
    public async Task Write_BeyondItsMemory_DropsTheOldest()
    {
        var store = new MemoryFeedbackStore(maxBytes: 100_000);
        var columns = new FeedbackColumns([.. Enumerable.Range(0, 100).Select(i => $"x[{i}]")]);
        for (int i = 0; i < 1_000; i++)
        {
            await store.WriteAsync([new KeptPrediction { Id = Guid.NewGuid(), At = DateTimeOffset.UnixEpoch.AddSeconds(i), ModelVersion = "1", Columns = columns, Values = new FeedbackValue[100] }], []);
        }

        IReadOnlyList<(long Predictions, long Labelled)> counts = await store.CountAsync([DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(900), DateTimeOffset.MaxValue]);
        Assert.Equal(0, counts[0].Predictions);
        Assert.InRange(counts[1].Predictions, 40, 60);
    }
}
