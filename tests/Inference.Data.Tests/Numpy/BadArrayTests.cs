using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Inference.Data.Tests.Support;
using Inference.TestSupport;

namespace Inference.Data.Tests.Numpy;

/// <summary>Files that claim what they do not have, or have what a model cannot take.</summary>
public sealed class BadArrayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("|O", "Python objects")]
    [InlineData("<M8[ns]", "dates")]
    [InlineData("<c8", "got '<c8'")]
    [InlineData("<f16", "got '<f16'")]
    public async Task Npz_ArrayOfAnotherKind_IsLeftOutAndRefusedWhenAskedFor(string descr, string expected)
    {
        string path = Archive(CompressionLevel.Fastest, ("x", Npy("<f4", "(2,)", new byte[8])), ("bad", Npy(descr, "(2,)", new byte[32])));
        var source = new NpzDataSource(path);

        Assert.Equal("0 0", (await RowText.OfAsync(source))["x"]);
        Assert.Contains(expected, Assert.Throws<DataException>(() => source.GetColumn("bad")).Message, StringComparison.Ordinal);
        Assert.Contains(expected, MappedDataSource.Create(source, [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Unknown]))]).Report.Columns.Single(c => c.Column == "bad").Reason, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Throws<DataException>(() => MappedDataSource.Create(source, [new ModelPort("bad", ModelValueType.Tensor(ElementType.Float32))])).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Throws<DataException>(() => new NpzDataSource(Archive(CompressionLevel.Fastest, ("bad", Npy(descr, "(2,)", new byte[32]))))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<U1073741825", "(1,)")]
    [InlineData("|S2147483647", "(1,)")]
    [InlineData("<f4", "(9223372036854775807, 9223372036854775807)")]
    [InlineData("<f4", "(3,)")]
    [InlineData("<f4", "(1, 1)")]
    [InlineData("<f4", "(-1,)")]
    [InlineData("<f4", "(two,)")]
    public void Npy_HeaderThatLies_IsRefusedBeforeMemoryIsAsked(string descr, string shape)
    {
        byte[] content = Npy(descr, shape, new byte[8]);
        File.WriteAllBytes(_folder.File("a.npy"), content);
        long before = GC.GetTotalAllocatedBytes();
        Assert.Throws<DataException>(() => DataSource.Open(_folder.File("a.npy")));
        Assert.Throws<DataException>(() => new NpzDataSource(Archive(CompressionLevel.Fastest, ("a", content))));
        Assert.True(GC.GetTotalAllocatedBytes() - before < 16 << 20);
    }

    [Fact]
    public void Npz_RowOfManyGigabytesFromFewBytes_IsRefusedBeforeMemoryIsAsked()
    {
        // 2 GB of zeros deflate to 2 MB: the archive does not lie, but one row takes it all.
        string path = _folder.File("bomb.npz");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("x.npy", CompressionLevel.Fastest).Open();
            byte[] block = new byte[1 << 20];
            entry.Write(Npy("|u1", $"(1, {2048L << 20})", []));
            for (int i = 0; i < 2048; i++)
            {
                entry.Write(block);
            }
        }

        long before = GC.GetTotalAllocatedBytes();
        var source = new NpzDataSource(path);
        Assert.Contains("expected a row of at most", Assert.Throws<DataException>(() => Drain(source)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 16 << 20);
    }

    [Fact]
    public void Npz_StatesMoreThanItsBytesCanMake_IsRefused()
    {
        string path = Archive(CompressionLevel.Fastest, ("x", Npy("|u1", "(8388608,)", new byte[8 << 20])));
        byte[] bytes = File.ReadAllBytes(path);

        // The central directory's entry: compressed size at 20, size at 24.
        int at = bytes.AsSpan().IndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 24), 2_000_000_000);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("compressed bytes can produce", Assert.Throws<DataException>(() => new NpzDataSource(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npz_LargeBatchOfWideRows_ComesInSmallerOnes()
    {
        string path = Archive(CompressionLevel.Fastest, ("x", Npy("|u1", "(64, 8388608)", new byte[64 * (8 << 20)])));
        long rows = 0;
        await foreach (DataBatch batch in new NpzDataSource(path).ReadAsync(["x"], 1 << 20))
        {
            using (batch)
            {
                Assert.InRange(batch.Rows, 1, 32);
                rows += batch.Rows;
            }
        }

        Assert.Equal(64, rows);
    }

    [Fact]
    public async Task Npy_TextThatIsNone_IsRefused()
    {
        File.WriteAllBytes(_folder.File("a.npy"), Npy("<U1", "(1,)", [0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Contains("invalid bytes", (await RowText.ErrorAsync(() => DataSource.Open(_folder.File("a.npy")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npy_FileAndFolder_AreStreamed()
    {
        File.WriteAllBytes(_folder.File("a.npy"), Npy("<i2", "(3,)", [1, 0, 2, 0, 3, 0]));
        File.WriteAllBytes(_folder.File("b.npy"), Npy("|b1", "(3, 1)", [1, 0, 1]));
        Assert.Equal("1 2 3", (await RowText.OfAsync(DataSource.Open(_folder.File("a.npy")), 2))["a"]);
        IDataSource both = DataSource.Open(_folder.Path);
        Assert.Equal("true false true", (await RowText.OfAsync(both, 2))["b"]);
        Assert.Equal(3, both.RowCount);
    }

    [Fact]
    public async Task Npy_AnyByteOfTheHeaderChanged_IsReadOrRefused()
    {
        byte[] good = Npy("<f4", "(4, 2)", new byte[32]);
        var random = new Random(5);
        for (int i = 0; i < 1500; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length - 32)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(_folder.File("a.npy"), bad);
            try
            {
                await RowText.OfAsync(DataSource.Open(_folder.File("a.npy")));
            }
            catch (DataException)
            {
            }
        }
    }

    [Fact]
    public void Npz_SameNameTwice_IsRefused()
    {
        string path = Archive(CompressionLevel.Fastest, ("x", Npy("|u1", "(1,)", [1])), ("x", Npy("|u1", "(1,)", [2])));
        Assert.Contains("got 'x' twice", Assert.Throws<DataException>(() => new NpzDataSource(path)).Message, StringComparison.Ordinal);
    }

    private static void Drain(IDataSource source) => RowText.OfAsync(source).GetAwaiter().GetResult();

    private string Archive(CompressionLevel level, params (string Name, byte[] Content)[] arrays)
    {
        string path = _folder.File("d.npz");
        File.Delete(path);
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in arrays)
        {
            using Stream entry = archive.CreateEntry(name + ".npy", level).Open();
            entry.Write(content);
        }

        return path;
    }

    private static byte[] Npy(string descr, string shape, byte[] content)
    {
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. content];
    }
}
