using Inference.Monitoring.Cells;
using Inference.Monitoring.Collection;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Collection;

public class CollectorTests
{
    [Fact]
    public void Collect_OneCallOfMoreRowsThanAStripeHolds_KeepsTheSquaresExact()
    {
        using NamedValues reference = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(1), 1_000, 1), [1_000]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(reference);
        var collector = new Collector(builder.Build().WindowLayout);
        const int N = (1 << 23) + 5;
        var far = new float[N];
        Array.Fill(far, 1e30f);
        using NamedValues call = new() { ["x"] = TensorValue.Copy<float>(far, [N]) };
        Assert.True(collector.Collect(call, null));
        MonitoringWindow window = collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        Assert.Equal((N, N, 1), (window.Rows, window.RowsSeen, window.Calls));
        Assert.Equal((Int128)N * FixedPoint.Limit * FixedPoint.Limit, window.Moments(0).Squares);
    }

    [Fact]
    public void Collect_AParameterBeforeTheRows_CountsTheRows()
    {
        using var builder = new ReferenceProfileBuilder();
        for (int i = 0; i < 300; i++)
        {
            using NamedValues one = Call(1, i);
            builder.Add(one, Answer(1));
        }

        using NamedValues many = Call(7, 0);
        builder.Add(many, Answer(7));
        ReferenceProfile profile = builder.Build();
        Assert.Equal(307, profile.Rows);
        Assert.NotNull(profile.FindColumn("x[1]"));
        var collector = new Collector(profile.WindowLayout);
        collector.Collect(many, Answer(7));
        MonitoringWindow window = collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        ReferenceColumn x = profile.FindColumn("x[1]")!;
        Assert.Equal((7, 7), (window.Rows, window.RowsSeen));
        Assert.Equal(0, window.Counts(x.Place)[x.Layout.Missing]);
    }

    [Theory]
    [InlineData(new[] { 1, 5, 5 }, 5)]
    [InlineData(new[] { 1, 5 }, 5)]
    [InlineData(new[] { 5, 1 }, 5)]
    [InlineData(new[] { 0, 5 }, 5)]
    [InlineData(new[] { 0, 0 }, 1)]
    [InlineData(new[] { 1000, 8, 8 }, 8)]
    [InlineData(new[] { 8, 1000 }, 8)]
    [InlineData(new[] { 1, 1, 3 }, 1)]
    [InlineData(new int[0], 0)]
    public void Of_SizesOfTensors_IsThatOfMost(int[] sizes, int rows)
    {
        TensorValue?[] tensors = [null, .. sizes.Select(static s => s == 0 ? TensorValue.Copy<float>([1f], []) : TensorValue.Copy<float>(new float[s], [s]))];
        Assert.Equal(rows, RowCount.Of(tensors));
    }

    [Fact]
    public void Drain_StripesThatAreNotUsed_AreDropped()
    {
        var stripes = new StripeSet(Rows.Profile().WindowLayout, 0);
        Stripe[] held = [.. Enumerable.Range(0, 16).Select(_ => stripes.Take()).OfType<Stripe>()];
        Assert.InRange(held.Length, 2, 8);
        foreach (Stripe stripe in held)
        {
            stripe.Calls++;
            stripe.Release();
        }

        Assert.Equal(held.Length, stripes.Drain().Calls);
        Assert.Equal(held.Length, stripes.Count);
        stripes.Drain();
        Assert.Equal(1, stripes.Count);
        Stripe left = stripes.Take()!;
        left.Calls++;
        left.Release();
        Assert.Equal(1, stripes.Drain().Calls);
    }

    [Fact]
    public void Collect_IntegersAboveTheRangeOfDoubles_AreTheCategoriesLearned()
    {
        const long Base = (1L << 60) + 1;
        const int N = 600;
        long[] ids = [.. Enumerable.Range(0, N).Select(static i => Base + (i % 3))];
        using NamedValues rows = new()
        {
            ["id"] = TensorValue.Copy<long>(ids, [N]),
            ["x"] = TensorValue.Copy<float>([.. ids.Select(static i => (float)(i - Base))], [N]),
        };
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { SegmentColumn = "id", CountAllPairs = true });
        builder.Add(rows);
        ReferenceProfile profile = builder.Build();
        ReferenceColumn id = profile.FindColumn("id")!;
        Assert.Equal([$"{Base}", $"{Base + 1}", $"{Base + 2}"], id.Categories);
        Assert.Equal([200, 200, 200, 0, 0, 0], id.Counts().ToArray());
        Assert.Equal([200, 200, 200], Enumerable.Range(1, 3).Select(s => profile.Reference.RowsOf(s)));
        Assert.Equal(3, profile.FindColumn("id × x")!.Counts().ToArray().Count(static c => c == 200));
    }

    [Fact]
    public void Snapshot_AnInputWithoutColumns_IsNamed()
    {
        using var f = new Counted(Rows.Profile(options: new ReferenceProfileOptions { Columns = new Dictionary<string, ColumnOptions> { [FakeModel.Input] = new() { Exclude = true } } }));
        Assert.Equal([FakeModel.Input], f.Monitor.Snapshot.UnwatchedTensors);
    }

    private static NamedValues Call(int rows, int seed) => new()
    {
        ["threshold"] = TensorValue.Copy<float>([0.5f], [1]),
        ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(seed), rows, 2), [rows, 2]),
    };

    private static NamedValues Answer(int rows) => new() { ["y"] = TensorValue.Copy<float>(new float[rows], [rows]) };
}
