using Inference.Monitoring.Feedback;

namespace Inference.Monitoring.Tests.Feedback;

public class HeldReportsTests
{
    private static readonly DateTimeOffset s_at = DateTimeOffset.UnixEpoch;

    [Fact]
    public void TakeAndAddAgain_AsInALongOutage_KeepsItsSizeAndAllReports()
    {
        var held = new HeldReports();
        Guid[] ids = [.. Enumerable.Range(0, 10_000).Select(_ => Guid.NewGuid())];
        foreach (Guid id in ids)
        {
            Assert.True(held.Add(Report(id, 1)));
        }

        for (int attempt = 0; attempt < 100; attempt++)
        {
            List<OpenReport> taken = held.Take(4_096);
            Assert.Equal(4_096, taken.Count);
            taken.ForEach(r => held.Add(r));
            Assert.False(held.Add(Report(ids[attempt], 1)));
            Assert.InRange(held.Places, 10_000, 30_000);
        }

        Assert.Equal(10_000, held.Count);
        Assert.Equal(ids.Order(), held.Take(int.MaxValue).Select(r => r.Report.PredictionId).Order());
        Assert.Equal((0, 0), (held.Count, held.Places));
    }

    [Fact]
    public void Add_Corrections_TheLatestStands()
    {
        var held = new HeldReports();
        var id = Guid.NewGuid();
        held.Add(Report(id, 1));
        held.Add(Report(id, 2, s_at.AddHours(1)));
        held.Add(Report(id, 3, s_at.AddMinutes(1)));
        Assert.Equal(2, Assert.Single(held.Take(10)).Report.Value.Number);
    }

    [Fact]
    public void Remove_ReportsOfAPrediction_OthersStayInOrder()
    {
        var held = new HeldReports();
        Guid[] ids = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        foreach (Guid id in ids)
        {
            held.Add(Report(id, 1));
        }

        Assert.Equal(1, held.Remove([ids[1]]));
        Assert.Equal([ids[0], ids[2]], held.Take(10).Select(r => r.Report.PredictionId));
    }

    private static OpenReport Report(Guid id, double value, DateTimeOffset? at = null) => new(new TimedReport(id, 0, "label", value, at ?? s_at, 1), null, 0, null, true);
}
