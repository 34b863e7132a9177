using Inference.Conformance.Models;
using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

public class LoadTests
{
    [OrtFact]
    public void Load_Garbage_ThrowsWithCode()
    {
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load([1, 2, 3, 4, 5], name: "garbage"));
        Assert.StartsWith("Model 'garbage': ", error.Message, StringComparison.Ordinal);
        Assert.Equal(OnnxRuntimeErrorCode.InvalidProtobuf, error.Code);
    }

    [OrtFact]
    public void Load_NoBytes_Throws() => Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load([], name: "none"));

    [OrtFact]
    public void Load_UndefinedValue_Throws()
    {
        byte[] bad = new ModelWriter("bad").Input("x", ElementType.Float32, 2).Output("y", ElementType.Float32, 2).Node("Add", "x nowhere", "y").ToModel().ToArray();
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load(bad, name: "bad"));
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_UnknownOperator_NamesIt()
    {
        byte[] unknown = new ModelWriter("unknown").Input("x", ElementType.Float32, 2).Output("y", ElementType.Float32, 2).Node("Frobnicate", "x", "y").ToModel().ToArray();
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => Loader.Load(ModelSource.Bytes(unknown)));
        Assert.Contains("Frobnicate", Assert.Single(error.Operators), StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_ExternalData_FromFileAndFromMemory()
    {
        using var folder = new TemporaryFolder();
        OnnxModel model = new ModelWriter("external").Input("x", ElementType.Float32, 64).Output("y", ElementType.Float32, 64)
            .Constant<float>("k", Enumerable.Range(0, 64).Select(static i => (float)i).ToArray(), 64).Node("Add", "x k", "y").ToModel();
        string path = Path.Combine(folder.Path, "model.onnx");
        model.Save(path, new OnnxWriteOptions { ExternalDataThreshold = 16, ExternalDataFileName = "weights.bin" });
        Assert.True(File.Exists(Path.Combine(folder.Path, "weights.bin")));
        byte[] bytes = File.ReadAllBytes(path);
        using IModelRunner fromFile = Loader.Load(ModelSource.File(path));
        using IModelRunner fromMemory = Loader.Load(ModelSource.Bytes(bytes, folder.Path));
        foreach (IModelRunner loaded in new[] { fromFile, fromMemory })
        {
            using NamedValues y = loaded.Run(new NamedValues { ["x"] = Tensors.Fill([64], static i => 1) });
            Assert.Equal(64f, y["y"].AsSpan<float>()[63]);
        }

        Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load(bytes));
        using IModelRunner core = ModelRunner.Load(path);
        Assert.Equal(core.Info.Digest, fromFile.Info.Digest);
        Assert.Equal(core.Info.Digest, fromMemory.Info.Digest);
    }

    [OrtFact]
    public void Loader_File_DescribesTheModelAsTheCoreDoes()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, Models.AddOne);
        using IModelRunner runner = Loader.Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { Version = "7" });
        using IModelRunner core = ModelRunner.Load(path);
        Assert.Equal(core.Info.Name, runner.Info.Name);
        Assert.Equal(core.Info.Digest, runner.Info.Digest);
        Assert.Equal("7", runner.Info.Version);
        Assert.Equal("onnxruntime", runner.Info.Provider);
        Assert.Equal(0, runner.Info.BatchAxis);
        Assert.True(runner.Info.RowIndependent);
        Assert.True(runner.Info.Deterministic);
    }

    [OrtFact]
    public void Loader_RandomModel_IsNotDeterministic()
    {
        byte[] random = new ModelWriter("random").Input("x", ElementType.Float32, 4).Output("y", ElementType.Float32, 4).Node("RandomNormalLike", "x", "y").ToModel().ToArray();
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(random));
        Assert.False(runner.Info.Deterministic);
    }

    [OrtFact]
    public void Loader_OtherProviders_AreRefused()
    {
        var options = new ModelLoadOptions { Providers = { "cpu" } };
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Loader.Load(ModelSource.Bytes(Models.AddOne), options));
        Assert.Contains("Provider 'cpu' was requested from a loader that runs models only on 'onnxruntime'", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_InitializerAsInput_KeepsItsValue()
    {
        OnnxModel file = new ModelWriter("default").Input("x", ElementType.Float32, 2).Input("k", ElementType.Float32, 1).Output("y", ElementType.Float32, 2)
            .Constant<float>("k", [10f], 1).Node("Add", "x k", "y").ToModel();
        using IModelRunner runner = Loader.Load(ModelSource.Bytes(file.ToArray()));
        Assert.Equal("x", Assert.Single(runner.Info.Inputs).Name);
        using NamedValues y = runner.Run(new NamedValues { ["x"] = TensorValue.Copy([1f, 2f], [2]) });
        Assert.Equal([11f, 12f], y["y"].AsSpan<float>().ToArray());
    }

    [OrtFact]
    public void Only_ProviderFails_CauseHasTheCode()
    {
        byte[] bad = new ModelWriter("bad").Input("x", ElementType.Float32, 2).Output("y", ElementType.Float32, 3).Node("Reshape", "x x", "y").ToModel().ToArray();
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Loader.Load(ModelSource.Bytes(bad)));
        Exception? cause = error;
        while (cause is not (null or OnnxRuntimeException))
        {
            cause = cause.InnerException;
        }

        Assert.NotEqual(OnnxRuntimeErrorCode.Ok, Assert.IsType<OnnxRuntimeException>(cause).Code);
    }

    private static ModelLoader Loader => ModelLoader.Only(new OnnxRuntimeProvider());
}
