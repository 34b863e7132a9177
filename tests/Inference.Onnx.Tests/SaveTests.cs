using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests;

public class SaveTests
{
    [Fact]
    public void Save_OverTheMappedFile_KeepsBothContents()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m.onnx");
        SmallModels.Linear(256, 256).Save(path);
        using var model = OnnxModel.Load(path);
        var before = model.Graph.Initializers[0].GetBytes();
        var copy = before.ToArray();
        model.Graph.Initializers[1].SetBytes(OnnxElementType.Float32, new byte[8], 2);
        model.Graph.Initializers[1].DocString = "changed";
        model.Save(path);
        Assert.Equal(copy, before.ToArray());
        using var again = OnnxModel.Load(path);
        Assert.Equal(copy, again.Graph.Initializers[0].GetBytes().ToArray());
        Assert.Equal("changed", again.Graph.Initializers[1].DocString);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_OverMappedExternalData_KeepsContents()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m.onnx");
        var options = new OnnxWriteOptions { ExternalDataThreshold = 1024 };
        SmallModels.Linear(256, 256).Save(path, options);
        using var model = OnnxModel.Load(path);
        Assert.True(model.Graph.Initializers[0].HasExternalData);
        var copy = model.Graph.Initializers[0].GetBytes().ToArray();
        model.Graph.Initializers.Insert(0, OnnxTensor.Create<float>("first", new float[1000], 1000));
        model.Save(path, options);
        using var again = OnnxModel.Load(path);
        Assert.Equal(copy, again.Graph.Initializers[1].GetBytes().ToArray());
        Assert.Equal("4032", again.Graph.Initializers[1].ExternalData["offset"]);
        again.Save(path);
        using var embedded = OnnxModel.Load(path);
        Assert.False(embedded.Graph.Initializers[1].HasExternalData);
        Assert.Equal(copy, embedded.Graph.Initializers[1].GetBytes().ToArray());
    }

    [Fact]
    public void Save_SubgraphInitializers_GoToExternalDataToo()
    {
        using var folder = new TemporaryFolder();
        var model = SmallModels.Varied();
        model.Graph.Nodes[0].GetGraph("then_branch")!.Initializers.Add(OnnxTensor.Create<float>("inner", new float[64], 64));
        model.Save(folder.File("m.onnx"), new() { ExternalDataThreshold = 256, ExternalDataFileName = "weights" });
        using var again = OnnxModel.Load(folder.File("m.onnx"));
        var inner = again.Graph.Nodes[0].GetGraph("then_branch")!.Initializers[0];
        Assert.Equal("weights", inner.ExternalData["location"]);
        Assert.Equal(256, inner.GetBytes().Length);
    }

    [Fact]
    public void Save_KeptReferenceIntoTheNewDataFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("m.onnx");
        SmallModels.Linear(256, 256).Save(path, new() { ExternalDataThreshold = 1024 });
        using var model = OnnxModel.Load(path);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("more", new float[1000], 1000));
        var error = Assert.Throws<InvalidOperationException>(() => model.Save(path, new() { ExternalDataThreshold = 1024, KeepExternalReferences = true }));
        Assert.Contains("ExternalDataFileName", error.Message, StringComparison.Ordinal);
        model.Save(path, new() { ExternalDataThreshold = 1024, KeepExternalReferences = true, ExternalDataFileName = "more.data" });
        using var again = OnnxModel.Load(path);
        Assert.All(again.Graph.Initializers.Where(t => t.HasExternalData), t => Assert.Equal(t.ByteCount, t.GetBytes().Length));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("sub/x")]
    [InlineData("")]
    [InlineData("m.onnx")]
    public void Save_DataFileNameWithFolder_IsRefused(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ArgumentException>(() => SmallModels.Linear().Save(folder.File("m.onnx"), new() { ExternalDataThreshold = 0, ExternalDataFileName = name }));
    }

    [Fact]
    public void Dispose_ThenSpanOfMappedSlice_Throws()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Linear(256, 256).Save(folder.File("m.onnx"));
        var model = OnnxModel.Load(folder.File("m.onnx"), new() { MapFiles = true });
        var bytes = model.Graph.Initializers[0].GetBytes();
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bytes.Span.Length);
    }

    [Fact]
    public void Load_LargeWeights_DoesNotCopyThem()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Linear(1024, 1024).Save(folder.File("m.onnx"));
        using (OnnxModel.Load(folder.File("m.onnx")))
        {
            // Once before, so that what the runtime allocates on first use is not counted.
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var model = OnnxModel.Load(folder.File("m.onnx"), new() { MapFiles = true });
        var bytes = model.Graph.Initializers[0].GetBytes();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(4 << 20, bytes.Length);
        Assert.InRange(allocated, 0, 256 * 1024);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_MappedOrNot_SameContent(bool map)
    {
        using var folder = new TemporaryFolder();
        var made = SmallModels.Linear(200, 200);
        made.Save(folder.File("m.onnx"));
        using var model = OnnxModel.Load(folder.File("m.onnx"), new() { MapFiles = map });
        Assert.Equal(made.Graph.Initializers[0].GetBytes().ToArray(), model.Graph.Initializers[0].GetBytes().ToArray());
        Assert.Equal(folder.File("m.onnx"), model.SourcePath);
    }

    [Fact]
    public void Load_MissingFile_ThrowsFileNotFound()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => OnnxModel.Load(folder.File("none.onnx")));
    }
}
