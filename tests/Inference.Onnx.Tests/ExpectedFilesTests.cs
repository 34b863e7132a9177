using System.Security.Cryptography;
using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests;

/// <summary>With expected files, only those are read, and the bytes in memory are those that were verified.</summary>
public class ExpectedFilesTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    [Theory]
    [InlineData("data.bin")]
    [InlineData("./data.bin")]
    [InlineData("sub/../data.bin")]
    [InlineData("link.bin")]
    public void GetBytes_FileAsExpected_IsRead(string location)
    {
        using var folder = Write(location);
        File.CreateSymbolicLink(folder.File("link.bin"), "data.bin");
        Dictionary<string, string> expected = new() { ["model.onnx"] = Hash(folder.File("model.onnx")), [location == "link.bin" ? location : "data.bin"] = Hash(folder.File("data.bin")) };
        if (location.Contains("..", StringComparison.Ordinal))
        {
            using var leaves = OnnxModel.Load(folder.File("model.onnx"), new() { ExpectedFiles = expected });
            Assert.Throws<OnnxFormatException>(() => leaves.Graph.Initializers[0].GetBytes());
            return;
        }

        using var model = OnnxModel.Load(folder.File("model.onnx"), new() { ExpectedFiles = expected, MapFiles = true });
        Assert.Equal(Content[..16], model.Graph.Initializers[0].GetBytes().ToArray());
    }

    [Fact]
    public void Load_OtherModel_IsRefused()
    {
        using var folder = Write("data.bin");
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(folder.File("model.onnx"), new() { ExpectedFiles = new Dictionary<string, string> { ["model.onnx"] = Hash(folder.File("data.bin")) } }));
        Assert.Contains("for 'model.onnx', got", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(folder.File("model.onnx"), new() { ExpectedFiles = new Dictionary<string, string>() }));
        Assert.Contains("expected one of the 0 files that were verified, got 'model.onnx'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>External data is opened when it is first used, which may be long after the files were verified.</summary>
    [Theory]
    [InlineData("overwritten")]
    [InlineData("replaced by a link")]
    [InlineData("replaced by a hard link")]
    [InlineData("not listed")]
    public void GetBytes_FileSwappedAfterLoading_IsRefused(string how)
    {
        using var folder = Write("data.bin");
        Dictionary<string, string> expected = new() { ["model.onnx"] = Hash(folder.File("model.onnx")) };
        if (how != "not listed")
        {
            expected["data.bin"] = Hash(folder.File("data.bin"));
        }

        using var model = OnnxModel.Load(folder.File("model.onnx"), new() { ExpectedFiles = expected });
        File.WriteAllBytes(folder.File("evil.bin"), [.. Content.Select(b => (byte)~b)]);
        switch (how)
        {
            case "overwritten":
                File.Copy(folder.File("evil.bin"), folder.File("data.bin"), overwrite: true);
                break;
            case "replaced by a link":
                File.Delete(folder.File("data.bin"));
                File.CreateSymbolicLink(folder.File("data.bin"), "evil.bin");
                break;
            case "replaced by a hard link":
                File.Move(folder.File("evil.bin"), folder.File("data.bin"), overwrite: true);
                break;
        }

        Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes());
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static TemporaryFolder Write(string location)
    {
        var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("data.bin"), Content);
        var model = SmallModels.New("external");
        var tensor = new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [4], HasExternalData = true };
        tensor.ExternalData.Add("location", location);
        model.Graph.Initializers.Add(tensor);
        model.Save(folder.File("model.onnx"), new() { KeepExternalReferences = true });
        return folder;
    }
}
