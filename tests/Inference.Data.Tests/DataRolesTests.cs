using Inference.Data;
using Inference.TestSupport;

namespace Inference.Data.Tests;

public class DataRolesTests
{
    [Fact]
    public async Task Open_OneTableSplit_SharesEveryRowOutOnce()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("rows.csv"), 0, 10);
        DataRoles roles = DataRoles.Open(folder.File("rows.csv"), split: true);

        Assert.Equal("0 4 8", await ReadAsync(roles.Calibrate, 2));
        Assert.Equal("1 3 5 7 9", await ReadAsync(roles.Search, 3));
        Assert.Equal("2 6", await ReadAsync(roles.Report!, 64));
    }

    [Fact]
    public async Task Open_FolderOfRoles_GivesEachItsFile()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("calib.csv"), 0, 2);
        Write(folder.File("test.csv"), 10, 2);
        DataRoles roles = DataRoles.Open(folder.Path);

        Assert.Equal("0 1", await ReadAsync(roles.Calibrate, 8));
        Assert.Equal("0 1", await ReadAsync(roles.Search, 8));
        Assert.Equal("10 11", await ReadAsync(roles.Report!, 8));
    }

    [Fact]
    public async Task CreateAsync_RowsThatStandElsewhere_AreLeftOut()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("train.csv"), 0, 6);
        Write(folder.File("test.csv"), 2, 2);
        ExcludedRowsDataSource left = await ExcludedRowsDataSource.CreateAsync(DataSource.Open(folder.File("train.csv")), [DataSource.Open(folder.File("test.csv"))], ["x"], default);

        Assert.Equal(2, left.Excluded);
        Assert.Equal(4, left.RowCount);
        Assert.Equal("0 1 4 5", await ReadAsync(left, 3));
    }

    private static void Write(string path, int first, int count) => File.WriteAllLines(path, ["x", .. Enumerable.Range(first, count).Select(i => i + ".0")]);

    private static async Task<string> ReadAsync(IDataSource source, int rows)
    {
        var values = new List<float>();
        await foreach (DataBatch batch in source.ReadAsync(["x"], rows))
        {
            Assert.Equal(values.Count, batch.FirstRow);
            values.AddRange(batch.Values["x"].AsSpan<float>());
            batch.Dispose();
        }

        return string.Join(' ', values);
    }
}
