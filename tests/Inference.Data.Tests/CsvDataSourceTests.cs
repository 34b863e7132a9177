using Inference.Data;
using Inference.TestSupport;

namespace Inference.Data.Tests;

public class CsvDataSourceTests
{
    [Fact]
    public async Task ReadAsync_NoSchema_InfersTypesAndVectors()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("d.csv"), "x[0],x[1],label,city\n1.5,2,0,\"Bern, CH\"\n3,4.25,1,Rome\n");
        var source = new CsvDataSource(folder.File("d.csv"));

        Assert.Equal(["x: float32[rows,2]", "label: int64[rows]", "city: string[rows]"], source.Columns.Select(c => c.ToString()));
        await foreach (DataBatch batch in source.ReadAsync(["x", "label", "city"], 10))
        {
            Assert.Equal([1.5f, 2, 3, 4.25f], batch.Values["x"].AsSpan<float>().ToArray());
            Assert.Equal([0L, 1], batch.Values["label"].AsSpan<long>().ToArray());
            Assert.Equal(["Bern, CH", "Rome"], batch.Values["city"].AsSpan<string>().ToArray());
        }
    }

    [Fact]
    public async Task ReadAsync_Schema_MakesInputs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("d.csv"), "age;hours;y\n30;40;1\n50;20;0\n");
        File.WriteAllText(folder.File("s.json"), """{"delimiter": ";", "fields": {"numeric": {"type": "float32", "columns": ["age", "hours"]}, "label": {"type": "int64", "columns": ["y"]}}}""");
        IDataSource source = DataSource.Open(folder.File("d.csv"), DataSchema.Load(folder.File("s.json")));

        await foreach (DataBatch batch in source.ReadAsync(["numeric"], 1))
        {
            Assert.Equal([1L, 2], batch.Values["numeric"].Shape.ToArray());
        }
    }

    [Fact]
    public async Task ReadAsync_BadCell_SaysWhere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("d.csv"), "x\n1.5\noops\n");
        var source = new CsvDataSource(folder.File("d.csv"));

        var error = await Assert.ThrowsAsync<DataException>(async () =>
        {
            await foreach (DataBatch batch in source.ReadAsync(["x"], 10))
            {
                batch.Dispose();
            }
        });
        Assert.Contains("row 2, column 'x': expected float32, got 'oops'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NoRow_Throws()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("d.csv"), "x\n");

        Assert.Throws<DataException>(() => new CsvDataSource(folder.File("d.csv")));
    }
}
