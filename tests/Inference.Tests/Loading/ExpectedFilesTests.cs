using System.Security.Cryptography;
using Inference.Onnx;
using Inference.Providers;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>With expected files, the bytes that run are those that were verified, on every provider.</summary>
public sealed class ExpectedFilesTests
{
    [Fact]
    public void Load_FilesAsExpected_RunsOnTheEngine()
    {
        using TemporaryFolder folder = Write();
        using IModelRunner runner = ModelRunner.Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { ExpectedFiles = Hashes(folder), MapFiles = true });
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2], [1, 2]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([4f, 6f], outputs["y"].AsSpan<float>().ToArray());
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    public void Load_AFileChangedSince_IsRefused(string name)
    {
        using TemporaryFolder folder = Write();
        Dictionary<string, string> expected = Hashes(folder);
        byte[] bytes = File.ReadAllBytes(folder.File(name));
        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File(name), bytes);
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelRunner.Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { ExpectedFiles = expected }));
        Assert.Contains($"for '{name}', got", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AFileThatIsNotListed_IsRefused()
    {
        using TemporaryFolder folder = Write();
        Dictionary<string, string> expected = Hashes(folder);
        expected.Remove("model.onnx.data");
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelRunner.Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { ExpectedFiles = expected }));
        Assert.Contains("expected one of the 1 files that were verified, got 'model.onnx.data'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A provider that opened the path would find whatever is there by then: it gets the verified bytes.</summary>
    [Fact]
    public void Load_OnAnotherProvider_HandsItNoPath()
    {
        using TemporaryFolder folder = Write();
        GraphView? seen = null;
        byte[] weights = [];
        var provider = new PartProvider("other")
        {
            Compiles = graph =>
            {
                seen = graph;
                File.WriteAllBytes(folder.File("model.onnx.data"), new byte[8]);
                var bytes = new System.Buffers.ArrayBufferWriter<byte>();
                graph.WriteModel(bytes);
                using OnnxModel model = OnnxModel.Read(bytes.WrittenMemory.ToArray());
                weights = model.Graph.Initializers[0].GetBytes().ToArray();
                throw new ProviderException("enough");
            },
        };
        Assert.Throws<ModelLoadException>(() => ModelLoader.Only(provider).Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { ExpectedFiles = Hashes(folder) }));
        Assert.Null(seen!.SourcePath);
        Assert.Null(seen.ExternalDataDirectory);
        Assert.Equal([3f, 4f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weights).ToArray());
    }

    private static Dictionary<string, string> Hashes(TemporaryFolder folder) =>
        Directory.GetFiles(folder.Path).ToDictionary(f => Path.GetFileName(f)!, f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f))));

    private static TemporaryFolder Write()
    {
        var folder = new TemporaryFolder();
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [3, 4], 2));
        model.Graph.Nodes.Add(new("Add", ["x", "w"], ["y"]));
        model.Save(folder.File("model.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
        return folder;
    }
}
