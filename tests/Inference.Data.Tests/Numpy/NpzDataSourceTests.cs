using System.IO.Compression;
using System.Text;
using Inference.Data;
using Inference.Data.Numpy;
using Inference.TestSupport;

namespace Inference.Data.Tests.Numpy;

public class NpzDataSourceTests
{
    [Theory]
    [InlineData("<f4", 4, ElementType.Float32)]
    [InlineData("<f8", 8, ElementType.Float64)]
    [InlineData("<f2", 2, ElementType.Float16)]
    [InlineData("|i1", 1, ElementType.Int8)]
    [InlineData("<i2", 2, ElementType.Int16)]
    [InlineData("<i4", 4, ElementType.Int32)]
    [InlineData("<i8", 8, ElementType.Int64)]
    [InlineData("|u1", 1, ElementType.UInt8)]
    [InlineData("<u2", 2, ElementType.UInt16)]
    [InlineData("<u4", 4, ElementType.UInt32)]
    [InlineData("<u8", 8, ElementType.UInt64)]
    [InlineData("|b1", 1, ElementType.Bool)]
    public async Task ReadAsync_EveryType_GivesRowsInBatches(string descr, int width, ElementType type)
    {
        using var folder = new TemporaryFolder();
        byte[] content = [.. Enumerable.Range(0, 5 * 3 * width).Select(i => (byte)(type == ElementType.Bool ? i & 1 : i))];
        string path = Write(folder, ("x", descr, "(5, 3)", content));

        var source = new NpzDataSource(path);
        var bytes = new List<byte>();
        var rows = new List<int>();
        await foreach (DataBatch batch in source.ReadAsync(["x"], 2))
        {
            using (batch)
            {
                rows.Add(batch.Rows);
                bytes.AddRange(batch.Values["x"].AsBytes());
            }
        }

        Assert.Equal(5, source.RowCount);
        Assert.Equal(type, source.GetColumn("x").Type);
        Assert.Equal([3L], source.GetColumn("x").RowShape);
        Assert.Equal([2, 2, 1], rows);
        Assert.Equal(content, bytes);
    }

    [Fact]
    public async Task ReadAsync_BigEndian_SwapsBytes()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("x", ">f4", "(2,)", [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0]));

        await foreach (DataBatch batch in new NpzDataSource(path).ReadAsync(["x"], 8))
        {
            Assert.Equal([1f, 2f], batch.Values["x"].AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public async Task ReadAsync_Text_GivesStrings()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("t", "<U3", "(2,)", Encoding.UTF32.GetBytes("ab\0xyz")));

        await foreach (DataBatch batch in new NpzDataSource(path).ReadAsync(["t"], 8))
        {
            Assert.Equal(["ab", "xyz"], batch.Values["t"].AsSpan<string>().ToArray());
        }
    }

    [Fact]
    public void Constructor_RowsDiffer_SaysWhich()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("a", "|u1", "(2,)", new byte[2]), ("b", "|u1", "(3,)", new byte[3]));

        var error = Assert.Throws<DataException>(() => new NpzDataSource(path));
        Assert.Contains("got 2 in 'a' and 3 in 'b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_CutOff_Throws()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("a", "<f4", "(2,)", new byte[7]));

        await Assert.ThrowsAsync<DataException>(async () =>
        {
            await foreach (DataBatch batch in new NpzDataSource(path).ReadAsync(["a"], 2))
            {
                batch.Dispose();
            }
        });
    }

    [Theory]
    [InlineData("<c8")]
    [InlineData("|O")]
    [InlineData("<M8[ns]")]
    public void Constructor_UnsupportedType_SaysWhatToDo(string descr)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("a", descr, "(2,)", new byte[16]));

        Assert.Contains("Convert the array with astype", Assert.Throws<DataException>(() => new NpzDataSource(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<f8")]
    [InlineData("<f4")]
    [InlineData("<f2")]
    [InlineData("|u1")]
    [InlineData("<U1")]
    public async Task ReadAsync_FortranOrder_GivesRows(string descr)
    {
        // [[a, b, c], [d, e, f]] with the first axis fastest: a d b e c f.
        using var folder = new TemporaryFolder();
        string path = folder.File("d.npz");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("a.npy").Open();
            entry.Write(Npy(descr, "(3, 2)", Elements(descr, [1, 3, 5, 2, 4, 6]), "True"));
        }

        var source = new NpzDataSource(path);
        var got = new List<string>();
        await foreach (DataBatch batch in source.ReadAsync(["a"], 2))
        {
            using NamedValues values = batch.Values;
            var tensor = (TensorValue)values.GetValue("a");
            got.Add(tensor.ToString() + ": " + string.Join(" ", Text(tensor)));
        }

        string type = source.Columns[0].Type.Name();
        Assert.Equal([$"{type}[2,2]: 1 2 3 4", $"{type}[1,2]: 5 6"], got);
    }

    [Fact]
    public void ReadAll_FortranOrderOfThreeAxes_IsTurned()
    {
        var expected = new float[24];
        var stored = new float[24];
        for (int i = 0; i < 24; i++)
        {
            expected[i] = i;
            stored[(i / 12) + (2 * (i / 4 % 3)) + (6 * (i % 4))] = i;
        }

        using var stream = new MemoryStream(Npy("<f4", "(2, 3, 4)", [.. System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(stored)], "True"));
        using var reader = new NpyReader(stream, "x", stream.Length);
        using TensorValue tensor = reader.ReadAll();
        Assert.Equal([2, 3, 4], tensor.Shape.ToArray());
        Assert.Equal(expected, tensor.AsSpan<float>().ToArray());
    }

    [Fact]
    public void Constructor_NotAnArchive_Throws()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("d.npz"), "not a zip");

        Assert.Throws<DataException>(() => new NpzDataSource(folder.File("d.npz")));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public async Task ReadAsync_AnyByteOfAnArrayChanged_IsRefused(CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        byte[] content = new byte[4 * 64];
        new Random(1).NextBytes(content);
        string path = folder.File("d.npz");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("a.npy", level).Open();
            entry.Write(Npy("<i4", "(64,)", content, "False"));
        }

        byte[] good = await File.ReadAllBytesAsync(path);
        Assert.Equal(content, await ReadAll(path));
        for (int at = 0; at < good.Length; at += 3)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;
            await File.WriteAllBytesAsync(path, bad);
            try
            {
                // Bytes that nothing depends on (times, versions) may differ; contents may not.
                Assert.Equal(content, await ReadAll(path));
            }
            catch (DataException)
            {
            }
        }
    }

    [Fact]
    public async Task ReadAsync_WrongChecksum_NamesBoth()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("d.npz");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream entry = archive.CreateEntry("a.npy", CompressionLevel.NoCompression).Open();
            entry.Write(Npy("<i4", "(2,)", [1, 0, 0, 0, 2, 0, 0, 0], "False"));
        }

        byte[] bytes = await File.ReadAllBytesAsync(path);
        int at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[1, 0, 0, 0, 2, 0, 0, 0]);
        bytes[at] = 3;
        await File.WriteAllBytesAsync(path, bytes);

        DataException error = await Assert.ThrowsAsync<DataException>(() => ReadAll(path));
        Assert.Contains("array 'a': expected the checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FileCutAnywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("a", "<i4", "(64,)", new byte[256]));
        byte[] good = await File.ReadAllBytesAsync(path);
        for (int length = 0; length < good.Length; length += 7)
        {
            await File.WriteAllBytesAsync(path, good[..length]);
            await Assert.ThrowsAsync<DataException>(() => ReadAll(path));
        }
    }

    [Fact]
    public void Constructor_MoreElementsPromisedThanThere_IsRefusedBeforeMemoryIsAsked()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, ("a", "<f8", "(1099511627776, 4)", new byte[64]));

        Assert.Contains("the file has 64", Assert.Throws<DataException>(() => new NpzDataSource(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Nothing_SaysSo() => Assert.Contains("found nothing", Assert.Throws<DataException>(() => DataSource.Open("/does/not/exist.npz")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Take_FewerRows_CutsTheLastBatch()
    {
        var source = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2, 3, 4, 5], [5]) });
        var rows = new List<float>();
        await foreach (DataBatch batch in source.Take(3).ReadAsync(["x"], 2))
        {
            rows.AddRange(batch.Values["x"].AsSpan<float>());
        }

        Assert.Equal([1f, 2f, 3f], rows);
    }

    [Fact]
    public async Task ReadAsync_MissingColumn_ListsThose()
    {
        var source = new MemoryDataSource(new NamedValues { ["x"] = TensorValue.Copy<float>([1], [1]) });

        var error = await Assert.ThrowsAsync<DataException>(async () =>
        {
            await foreach (DataBatch batch in source.ReadAsync(["y"], 2))
            {
                batch.Dispose();
            }
        });
        Assert.Contains("expected a column 'y', got 'x'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAll(string path)
    {
        var result = new List<byte>();
        await foreach (DataBatch batch in new NpzDataSource(path).ReadAsync(["a"], 10))
        {
            using (batch)
            {
                result.AddRange(batch.Values["a"].AsBytes());
            }
        }

        return [.. result];
    }

    private static string Write(TemporaryFolder folder, params (string Name, string Descr, string Shape, byte[] Content)[] arrays)
    {
        string path = folder.File("d.npz");
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, string descr, string shape, byte[] content) in arrays)
        {
            using Stream entry = archive.CreateEntry(name + ".npy").Open();
            entry.Write(Npy(descr, shape, content, "False"));
        }

        return path;
    }

    private static byte[] Elements(string descr, float[] values) =>
    [
        .. values.SelectMany(value => descr switch
        {
            "<f8" => BitConverter.GetBytes((double)value),
            "<f4" => BitConverter.GetBytes(value),
            "<f2" => BitConverter.GetBytes((Half)value),
            "|u1" => [(byte)value],
            _ => Encoding.UTF32.GetBytes($"{value}"),
        }),
    ];

    private static IEnumerable<string> Text(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float64 => tensor.AsSpan<double>().ToArray().Select(x => $"{x}"),
        ElementType.Float32 => tensor.AsSpan<float>().ToArray().Select(x => $"{x}"),
        ElementType.Float16 => tensor.AsSpan<Half>().ToArray().Select(x => $"{x}"),
        ElementType.UInt8 => tensor.AsSpan<byte>().ToArray().Select(x => $"{x}"),
        _ => tensor.AsSpan<string>().ToArray(),
    };

    private static byte[] Npy(string descr, string shape, byte[] content, string fortran)
    {
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. content];
    }
}
