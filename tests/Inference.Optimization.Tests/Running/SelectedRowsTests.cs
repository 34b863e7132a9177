using Inference.Data;
using Inference.Optimization.Running;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Running;

public class SelectedRowsTests
{
    private static readonly string[] s_columns = ["x"];

    [Fact]
    public async Task TakeAsync_SortedRows_AreSpreadOverAllOfThemAndFollowTheSeed()
    {
        var rows = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, 5000).Select(i => (float)i)], [5000]) });
        float[] first = await ReadAsync(1, rows), again = await ReadAsync(1, rows), other = await ReadAsync(2, rows);

        Assert.Equal(256, first.Distinct().Count());
        Assert.Equal(first.Order(), first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.All(Enumerable.Range(0, 5), fifth => Assert.InRange(first.Count(x => (int)x / 1000 == fifth), 25, 80));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public async Task ReadAsync_AnyBatch_IsFullButTheLast(int batchRows)
    {
        IDataSource some = await SelectedRows.TakeAsync(Lab.OnnxRuntime(), SmallModels.Rows(300, 3), 100, default);
        var sizes = new List<int>();
        long next = 0;
        await foreach (DataBatch batch in some.ReadAsync(s_columns, batchRows))
        {
            using (batch)
            {
                Assert.Equal(next, batch.FirstRow);
                Assert.Equal(batch.Rows, batch.Values["x"].Shape[0]);
                next += batch.Rows;
                sizes.Add(batch.Rows);
            }
        }

        Assert.Equal(100, next);
        Assert.All(sizes.SkipLast(1), size => Assert.Equal(batchRows, size));
    }

    [Fact]
    public async Task TakeAsync_NoMoreRowsThanAsked_IsTheSource()
    {
        MemoryDataSource rows = SmallModels.Rows(10, 3);

        Assert.Same(rows, await SelectedRows.TakeAsync(Lab.OnnxRuntime(), rows, 10, default));
    }

    private static async Task<float[]> ReadAsync(int seed, IDataSource rows)
    {
        IDataSource some = await SelectedRows.TakeAsync(Lab.OnnxRuntime(seed), rows, 256, default);
        var read = new List<float>();
        await foreach (DataBatch batch in some.ReadAsync(s_columns, 50))
        {
            using (batch)
            {
                read.AddRange(batch.Values["x"].AsSpan<float>());
            }
        }

        return [.. read];
    }
}
