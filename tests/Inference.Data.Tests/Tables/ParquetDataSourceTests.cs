using System.Diagnostics;
using Inference.Data.Tests.Support;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;
using Parquet;
using Parquet.Schema;
using ParquetField = Parquet.Schema.DataField;

namespace Inference.Data.Tests.Tables;

public class ParquetDataSourceTests
{
    /// <summary>Files that another implementation wrote: pages of version 1 (zstd) and 2 (snappy), with dictionaries, nulls and several encodings.</summary>
    [Theory]
    [InlineData("duckdb_zstd.parquet")]
    [InlineData("duckdb_v2.parquet")]
    public async Task ReadAsync_WrittenByDuckDb_GivesItsRows(string file)
    {
        var source = new ParquetDataSource(FileOf(file));
        Assert.Equal(250, source.RowCount);
        int[] rows = [.. Enumerable.Range(0, 250)];
        bool isPlain = file.Contains("zstd", StringComparison.Ordinal);
        string[] columns = [.. source.Columns.Select(c => c.Name).Where(c => isPlain || c is not ("ts" or "dt" or "dec" or "u8" or "u64"))];
        Dictionary<string, string> got = await RowText.OfAsync(source, columns, 37);

        Assert.Equal(ElementType.Int32, source.GetColumn("id").Type);
        Assert.Equal(ElementType.Float64, source.GetColumn("nb").Type);
        Assert.Equal(string.Join(' ', rows), got["id"]);
        Assert.Equal(string.Join(' ', rows.Select(i => i % 3)), got["small"]);
        Assert.Equal(string.Join(' ', rows.Select(i => FormattableString.Invariant($"{i * 1.5f}"))), got["f"]);
        Assert.Equal(string.Join(' ', rows.Select(i => i % 4 == 0 ? "NaN" : FormattableString.Invariant($"{i * 0.25}"))), got["d"]);
        Assert.Equal(string.Join(' ', rows.Select(i => $"c{i % 5}")), got["cat"]);
        Assert.Equal(string.Join(' ', rows.Select(i => i % 7 == 0 ? "" : $"n{i}")), got["name"]);
        Assert.Equal(string.Join(' ', rows.Select(i => i % 2 == 0 ? "true" : "false")), got["flag"]);
        Assert.Equal(string.Join(' ', rows.Select(i => i % 3 == 0 ? "NaN" : $"{i}")), got["nb"]);
        if (isPlain)
        {
            Assert.Equal(string.Join(' ', rows), got["u8"]);
            Assert.Equal(string.Join(' ', rows.Select(i => i * 10)), got["u64"]);
            Assert.Equal(string.Join(' ', rows.Select(i => new DateTime(2024, 1, 1).AddHours(i).ToString("yyyy-MM-dd HH:mm:ss", null))), got["ts"]);
            Assert.StartsWith("2024-01-01 2024-01-02", got["dt"], StringComparison.Ordinal);
            Assert.Equal(string.Join(' ', rows.Select(i => FormattableString.Invariant($"{i * 1.25}"))), got["dec"]);
        }
        else
        {
            // The library decodes these pages for 32 and 64 bits with a sign only.
            Assert.Contains("data pages of version 1", (await Assert.ThrowsAsync<DataException>(() => RowText.OfAsync(source, ["u8"]))).Message, StringComparison.Ordinal);
        }

        foreach (string left in new[] { "li", "st", "b", "tm", "iv" })
        {
            Assert.False(source.HasColumn(left));
        }

        Assert.Contains("nested", Assert.Throws<DataException>(() => source.GetColumn("li")).Message, StringComparison.Ordinal);
        Assert.Contains("nested", Assert.Throws<DataException>(() => source.GetColumn("st")).Message, StringComparison.Ordinal);
        Assert.Contains("bytes", Assert.Throws<DataException>(() => source.GetColumn("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_SeveralRowGroups_BatchesNumberOn()
    {
        using var folder = new TemporaryFolder();
        string path = await WriteAsync(folder, 5, 3);
        var source = new ParquetDataSource(path);

        Assert.Equal(["a: float32[rows]", "x: int64[rows,2]", "t: string[rows]"], source.Columns.Select(c => c.ToString()));
        Dictionary<string, string> got = await RowText.OfAsync(source, 2);
        Assert.Equal("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14", got["a"]);
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 15).Select(i => $"{i} {-i}")), got["x"]);
        Assert.Equal(15, source.RowCount);
    }

    [Fact]
    public async Task ReadAsync_AnyByteChanged_IsReadOrRefusedAndBounded()
    {
        using var folder = new TemporaryFolder();
        byte[] good = await File.ReadAllBytesAsync(await WriteAsync(folder, 40, 2));
        byte[] alsoGood = await File.ReadAllBytesAsync(FileOf("duckdb_v2.parquet"));
        var random = new Random(7);
        long before = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        int refused = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] bytes = [.. i % 2 == 0 ? good : alsoGood];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                // Half of the changes hit the metadata at the end.
                int at = random.Next(2) == 0 ? bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 1500)) : random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => (byte)(bytes[at] ^ (1 << random.Next(8))), 1 => 0xFF, _ => (byte)random.Next(256) };
            }

            string path = folder.File("bad.parquet");
            await File.WriteAllBytesAsync(path, bytes);
            refused += await IsRefusedAsync(path) ? 1 : 0;
        }

        Assert.InRange(refused, 100, 600);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"took {watch.Elapsed}");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 40L << 30, "600 files of 20 kB took more than 40 GB together");
    }

    [Fact]
    public async Task ReadAsync_FooterThatLies_IsRefusedBeforeItIsBelieved()
    {
        // A library that trusts this footer does not come back.
        using var folder = new TemporaryFolder();
        Assert.True(await IsRefusedAsync(Path.Combine(AppContext.BaseDirectory, "Files", "damaged_footer.parquet")));
        byte[] good = await File.ReadAllBytesAsync(await WriteAsync(folder, 40, 2));
        int length = BitConverter.ToInt32(good, good.Length - 8);
        string path = folder.File("lie.parquet");
        for (int at = good.Length - 8 - length; at < good.Length - 8; at++)
        {
            foreach (byte value in (byte[])[0x00, 0x7F, 0x80, 0xFC, 0xFF])
            {
                byte[] bytes = [.. good];
                bytes[at] = value;
                await File.WriteAllBytesAsync(path, bytes);
                _ = await IsRefusedAsync(path);
            }
        }
    }

    [Fact]
    public async Task ReadAsync_CutAnywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] good = await File.ReadAllBytesAsync(await WriteAsync(folder, 40, 2));
        for (int length = 0; length < good.Length; length += 61)
        {
            string path = folder.File("cut.parquet");
            await File.WriteAllBytesAsync(path, good[..length]);
            Assert.True(await IsRefusedAsync(path), $"{length} of {good.Length} bytes");
        }
    }

    [Fact]
    public async Task Constructor_NotAParquetFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("d.parquet"), "a,b\n1,2\n");
        Assert.Contains("expected an Apache Parquet file", Assert.Throws<DataException>(() => DataSource.Open(folder.File("d.parquet"))).Message, StringComparison.Ordinal);
    }

    private static string FileOf(string name) => Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.Data.Tests", "Files", name);

    private static async Task<bool> IsRefusedAsync(string path)
    {
        try
        {
            await RowText.OfAsync(new ParquetDataSource(path));
            return false;
        }
        catch (DataException)
        {
            return true;
        }
    }

    private static async Task<string> WriteAsync(TemporaryFolder folder, int rows, int groups)
    {
        var a = new ParquetField("a", typeof(float), false);
        var x1 = new ParquetField("x[1]", typeof(long), false);
        var x0 = new ParquetField("x[0]", typeof(int), false);
        var t = new DataField<string>("t");
        string path = folder.File("d.parquet");
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(a, x1, x0, t), stream);
        for (int group = 0; group < groups; group++)
        {
            int[] numbers = [.. Enumerable.Range(group * rows, rows)];
            using ParquetRowGroupWriter into = writer.CreateRowGroup();
            await into.WriteAsync<float>(a, numbers.Select(i => (float)i).ToArray());
            await into.WriteAsync<long>(x1, numbers.Select(i => -(long)i).ToArray());
            await into.WriteAsync<int>(x0, numbers);
            await into.WriteAsync(t, numbers.Select(i => $"t{i % 3}").ToArray());
            into.CompleteValidate();
        }

        return path;
    }
}
