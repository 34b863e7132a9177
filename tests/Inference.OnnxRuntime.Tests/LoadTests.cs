using Inference.Conformance.Models;
using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

public class LoadTests
{
    [OrtFact]
    public void Load_Bytes_ReadsSignature()
    {
        using OnnxRuntimeModel model = OnnxRuntimeModel.Load(Models.AddOne, name: "m");
        Assert.Equal("x: float32[n,2]", Assert.Single(model.Inputs).ToString());
        Assert.Equal("y: float32[n,2]", Assert.Single(model.Outputs).ToString());
    }

    [OrtFact]
    public void Load_Garbage_ThrowsWithCode()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => OnnxRuntimeModel.Load([1, 2, 3, 4, 5], name: "garbage"));
        Assert.StartsWith("Model 'garbage': ", error.Message, StringComparison.Ordinal);
        Assert.Equal(OnnxRuntimeErrorCode.InvalidProtobuf, Assert.IsType<OnnxRuntimeException>(error.InnerException).Code);
    }

    [OrtFact]
    public void Load_NoBytes_Throws() => Assert.ThrowsAny<ModelLoadException>(() => OnnxRuntimeModel.Load([], name: "none"));

    [OrtFact]
    public void Load_MissingFile_NamesIt()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => OnnxRuntimeModel.Load("no/such.onnx"));
        Assert.Equal("Model 'such': the file 'no/such.onnx' does not exist. Check the path.", error.Message);
    }

    [OrtFact]
    public void Load_UndefinedValue_Throws()
    {
        byte[] bad = new ModelWriter("bad").Input("x", ElementType.Float, 2).Output("y", ElementType.Float, 2).Node("Add", "x nowhere", "y").ToModel().ToArray();
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => OnnxRuntimeModel.Load(bad, name: "bad"));
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_UnknownOperator_NamesIt()
    {
        byte[] unknown = new ModelWriter("unknown").Input("x", ElementType.Float, 2).Output("y", ElementType.Float, 2).Node("Frobnicate", "x", "y").ToModel().ToArray();
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => OnnxRuntimeModel.Load(unknown));
        Assert.Contains("Frobnicate", Assert.Single(error.Operators), StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_OverridableInitializer_IsOptionalInput()
    {
        OnnxModel file = new ModelWriter("default").Input("x", ElementType.Float, 2).Input("k", ElementType.Float, 1).Output("y", ElementType.Float, 2)
            .Constant<float>("k", [10f], 1).Node("Add", "x k", "y").ToModel();
        using OnnxRuntimeModel model = OnnxRuntimeModel.Load(file.ToArray());
        Assert.Equal([false, true], model.Inputs.Select(static input => input.IsOptional));
        using NamedValues without = model.Run(new NamedValues { ["x"] = TensorValue.Copy([1f, 2f], [2]) });
        Assert.Equal([11f, 12f], without["y"].AsSpan<float>().ToArray());
        using NamedValues with = model.Run(new NamedValues { ["x"] = TensorValue.Copy([1f, 2f], [2]), ["k"] = TensorValue.Copy([5f], [1]) });
        Assert.Equal([6f, 7f], with["y"].AsSpan<float>().ToArray());
    }

    [OrtFact]
    public void Load_ExternalData_FromFileAndFromMemory()
    {
        using var folder = new TemporaryFolder();
        OnnxModel model = new ModelWriter("external").Input("x", ElementType.Float, 64).Output("y", ElementType.Float, 64)
            .Constant<float>("k", Enumerable.Range(0, 64).Select(static i => (float)i).ToArray(), 64).Node("Add", "x k", "y").ToModel();
        string path = Path.Combine(folder.Path, "model.onnx");
        model.Save(path, new OnnxWriteOptions { ExternalDataThreshold = 16, ExternalDataFileName = "weights.bin" });
        Assert.True(File.Exists(Path.Combine(folder.Path, "weights.bin")));
        byte[] bytes = File.ReadAllBytes(path);
        using OnnxRuntimeModel fromFile = OnnxRuntimeModel.Load(path);
        using OnnxRuntimeModel fromMemory = OnnxRuntimeModel.Load(bytes, externalDataDirectory: folder.Path);
        foreach (OnnxRuntimeModel loaded in new[] { fromFile, fromMemory })
        {
            using NamedValues y = loaded.Run(new NamedValues { ["x"] = Tensors.Fill([64], static i => 1) });
            Assert.Equal(64f, y["y"].AsSpan<float>()[63]);
        }

        Assert.ThrowsAny<ModelLoadException>(() => OnnxRuntimeModel.Load(bytes));
        using IModelRunner core = ModelRunner.Load(path);
        using IModelRunner own = new OnnxRuntimeModelLoader().Load(ModelSource.File(path));
        Assert.Equal(core.Info.Digest, own.Info.Digest);
    }

    [OrtFact]
    public void Loader_File_DescribesTheModelAsTheCoreDoes()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, Models.AddOne);
        using IModelRunner runner = new OnnxRuntimeModelLoader().Load(ModelSource.Directory(folder.Path), new ModelLoadOptions { Version = "7" });
        using IModelRunner core = ModelRunner.Load(path);
        Assert.Equal(core.Info.Name, runner.Info.Name);
        Assert.Equal(core.Info.Digest, runner.Info.Digest);
        Assert.Equal("7", runner.Info.Version);
        Assert.Equal("onnxruntime", runner.Info.Provider);
        Assert.Equal(0, runner.Info.BatchAxis);
        Assert.False(runner.Info.RowIndependent);
        Assert.True(runner.Info.Deterministic);
    }

    [OrtFact]
    public void Loader_RandomModel_IsNotDeterministic()
    {
        byte[] random = new ModelWriter("random").Input("x", ElementType.Float, 4).Output("y", ElementType.Float, 4).Node("RandomNormalLike", "x", "y").ToModel().ToArray();
        using OnnxRuntimeRunner runner = new OnnxRuntimeModelLoader().Load(ModelSource.Bytes(random));
        Assert.False(runner.Info.Deterministic);
    }

    [OrtFact]
    public void Loader_OtherProviders_AreRefused()
    {
        var options = new ModelLoadOptions { Providers = { "cpu" } };
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => new OnnxRuntimeModelLoader().Load(ModelSource.Bytes(Models.AddOne), options));
        Assert.Contains("'onnxruntime' alone, Providers names 'cpu'", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_Metadata_IsRead()
    {
        OnnxModel file = new ModelWriter("meta").Input("x", ElementType.Float, 2).Output("y", ElementType.Float, 2).Node("Neg", "x", "y").ToModel();
        file.Metadata["inference.cascade"] = "0.9";
        using OnnxRuntimeModel model = OnnxRuntimeModel.Load(file.ToArray());
        Assert.Equal("0.9", model.Metadata["inference.cascade"]);
    }
}
