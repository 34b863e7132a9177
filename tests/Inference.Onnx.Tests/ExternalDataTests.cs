using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests;

public class ExternalDataTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    [Fact]
    public void GetBytes_OffsetAndLength_GivesThatRange()
    {
        using var folder = Folder();
        using var model = Load(folder, ("location", "data.bin"), ("offset", "8"), ("length", "16"));
        Assert.Equal(Content[8..24], model.Graph.Initializers[0].GetBytes().ToArray());
        Assert.Equal(Content[12..14], model.Graph.Initializers[0].GetBytes(4, 2).ToArray());
    }

    [Fact]
    public void GetBytes_LocationOnly_ReadsFromStart()
    {
        using var folder = Folder();
        using var model = Load(folder, ("location", "./sub/data.bin"));
        Directory.CreateDirectory(folder.File("sub"));
        File.WriteAllBytes(folder.File("sub", "data.bin"), Content);
        Assert.Equal(Content[..16], model.Graph.Initializers[0].GetBytes().ToArray());
    }

    [Theory]
    [InlineData("../data.bin", "leaves it by \"..\"")]
    [InlineData("sub/../../data.bin", "leaves it by \"..\"")]
    [InlineData("..\\data.bin", "leaves it by \"..\"")]
    [InlineData("/etc/passwd", "is an absolute path")]
    [InlineData("\\data.bin", "is an absolute path")]
    [InlineData("C:\\data.bin", "is an absolute path")]
    [InlineData("C:data.bin", "is an absolute path")]
    [InlineData("", "is empty")]
    [InlineData("data.bin\0x", "has a zero character")]
    public void GetBytes_LocationOutsideFolder_IsRefused(string location, string why)
    {
        using var folder = Folder();
        using var model = Load(folder, ("location", location), ("length", "16"));
        var error = Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes());
        Assert.Equal($"ONNX, tensor 'w': expected a \"location\" inside the model's folder, got '{location}', which {why}. Put the file in the model's folder.", error.Message);
    }

    [UnixFact]
    public void GetBytes_SymbolicLinks_MayNotLeaveTheFolder()
    {
        using var folder = Folder();
        using var outside = Folder();
        File.CreateSymbolicLink(folder.File("out.bin"), outside.File("data.bin"));
        Directory.CreateSymbolicLink(folder.File("outdir"), outside.Path);
        Directory.CreateSymbolicLink(folder.File("updir"), "..");
        File.CreateSymbolicLink(folder.File("loop.bin"), "loop.bin");
        File.CreateSymbolicLink(folder.File("in.bin"), "data.bin");
        File.CreateSymbolicLink(folder.File("hop.bin"), "in.bin");
        string[] refused = ["out.bin", "outdir/data.bin", "updir/" + Path.GetFileName(outside.Path) + "/data.bin", "loop.bin"];
        foreach (var location in refused)
        {
            using var model = Load(folder, ("location", location));
            var error = Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes());
            Assert.Contains("symbolic link", error.Message, StringComparison.Ordinal);
        }

        using var inside = Load(folder, ("location", "hop.bin"));
        Assert.Equal(Content[..16], inside.Graph.Initializers[0].GetBytes().ToArray());
    }

    [UnixFact]
    public void GetBytes_ModelFolderIsItselfALink_Works()
    {
        using var folder = Folder();
        using var other = new TemporaryFolder();
        Write(folder, ("location", "data.bin"));
        Directory.CreateSymbolicLink(other.File("link"), folder.Path);
        using var model = OnnxModel.Load(other.File("link", "model.onnx"));
        Assert.Equal(Content[..16], model.Graph.Initializers[0].GetBytes().ToArray());
    }

    [Theory]
    [InlineData("56", "16", "expected bytes 56 to 72 of 'data.bin', got a file of 64 bytes")]
    [InlineData("9223372036854775807", "16", "got a file of 64 bytes")]
    [InlineData("-1", "16", "expected a whole number of bytes for \"offset\" of the external data, got '-1'")]
    [InlineData("x", "16", "expected a whole number of bytes for \"offset\" of the external data, got 'x'")]
    [InlineData("0", "15", "expected 16 bytes of external data for float32[4] 'w', got \"length\" 15")]
    [InlineData("0", "99999999999999999999", "expected a whole number of bytes for \"length\"")]
    public void GetBytes_RangeOutsideFile_IsRefused(string offset, string length, string message)
    {
        using var folder = Folder();
        using var model = Load(folder, ("location", "data.bin"), ("offset", offset), ("length", length));
        Assert.Contains(message, Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GetBytes_FileOrLocationMissing_IsRefused()
    {
        using var folder = Folder();
        using var model = Load(folder, ("location", "none.bin"));
        Assert.Contains("none.bin", Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
        using var unnamed = Load(folder, ("offset", "0"));
        Assert.Contains("expected a \"location\"", Assert.Throws<OnnxFormatException>(() => unnamed.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("dir"));
        using var isFolder = Load(folder, ("location", "dir"));
        Assert.Throws<OnnxFormatException>(() => isFolder.Graph.Initializers[0].GetBytes());
    }

    [Fact]
    public void GetBytes_FileAboveLimit_IsRefused()
    {
        using var folder = Folder();
        Write(folder, ("location", "data.bin"));
        using var model = OnnxModel.Load(folder.File("model.onnx"), new() { MaxExternalFileBytes = 63 });
        Assert.Contains("MaxExternalFileBytes", Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExternalDataFiles_ListsEachFileOnce()
    {
        using var folder = Folder();
        var model = SmallModels.Varied();
        model.Graph.Initializers.Add(External(("location", "data.bin")));
        model.Graph.Nodes[0].GetGraph("else_branch")!.Initializers.Add(External(("location", "./data.bin"), ("offset", "16")));
        model.Save(folder.File("model.onnx"), new() { KeepExternalReferences = true });
        using var loaded = OnnxModel.Load(folder.File("model.onnx"));
        Assert.Equal([folder.File("data.bin")], loaded.GetExternalDataFiles());
        Assert.Equal(File.ReadAllBytes(folder.File("model.onnx")), loaded.SourceBytes.ToArray());
    }

    [UnixFact]
    public void GetBytes_NamedPipe_DoesNotWait()
    {
        using var folder = Folder();
        using (var process = System.Diagnostics.Process.Start("mkfifo", folder.File("pipe.bin")))
        {
            process.WaitForExit();
        }

        using var model = Load(folder, ("location", "pipe.bin"));
        Assert.Contains("got a file of 0 bytes", Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FromMemory_NeedsBaseDirectory()
    {
        using var folder = Folder();
        Write(folder, ("location", "data.bin"));
        var bytes = File.ReadAllBytes(folder.File("model.onnx"));
        using var without = OnnxModel.Read(bytes);
        Assert.Contains("BaseDirectory", Assert.Throws<OnnxFormatException>(() => without.Graph.Initializers[0].GetBytes()).Message, StringComparison.Ordinal);
        using var with = OnnxModel.Read(bytes, new() { BaseDirectory = folder.Path });
        Assert.Equal(Content[..16], with.Graph.Initializers[0].GetBytes().ToArray());
    }

    [Fact]
    public void GetBytes_BeyondTwoGiB_ReadsInParts()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("data.bin")))
        {
            file.SetLength(3L << 30);
            file.Position = (3L << 30) - 4;
            file.Write([1, 2, 3, 4]);
        }

        var model = SmallModels.New("large");
        var tensor = External(("location", "data.bin"));
        tensor.Dims = [3L << 28];
        model.Graph.Initializers.Add(tensor);
        model.Save(folder.File("model.onnx"), new() { KeepExternalReferences = true });
        using var loaded = OnnxModel.Load(folder.File("model.onnx"));
        var large = loaded.Graph.Initializers[0];
        Assert.Equal([1, 2, 3, 4], large.GetBytes((3L << 30) - 4, 4).ToArray());
        Assert.Contains("in parts", Assert.Throws<OnnxFormatException>(() => large.GetBytes()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => large.GetBytes((3L << 30) - 3, 4));
    }

    [Fact]
    public void Save_BeyondTwoGiBEmbedded_IsRefusedAndLeavesNoFile()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder.File("data.bin")))
        {
            file.SetLength(1L << 30);
        }

        var model = SmallModels.New("large");
        for (var i = 0; i < 3; i++)
        {
            var tensor = External(("location", "data.bin"));
            tensor.Dims = [1L << 28];
            model.Graph.Initializers.Add(tensor);
        }

        model.Save(folder.File("model.onnx"), new() { KeepExternalReferences = true });
        using var loaded = OnnxModel.Load(folder.File("model.onnx"));
        var error = Assert.Throws<InvalidOperationException>(() => loaded.Save(folder.File("embedded.onnx")));
        Assert.Contains("ExternalDataThreshold", error.Message, StringComparison.Ordinal);
        Assert.Equal(["data.bin", "model.onnx"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("data.bin"), Content);
        return folder;
    }

    private static OnnxTensor External(params (string Key, string Value)[] entries)
    {
        var tensor = new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [4], HasExternalData = true };
        foreach (var (key, value) in entries)
        {
            tensor.ExternalData.Add(key, value);
        }

        return tensor;
    }

    private static void Write(TemporaryFolder folder, params (string Key, string Value)[] entries)
    {
        var model = SmallModels.New("external");
        model.Graph.Initializers.Add(External(entries));
        model.Save(folder.File("model.onnx"), new() { KeepExternalReferences = true });
    }

    private static OnnxModel Load(TemporaryFolder folder, params (string Key, string Value)[] entries)
    {
        Write(folder, entries);
        return OnnxModel.Load(folder.File("model.onnx"));
    }
}
