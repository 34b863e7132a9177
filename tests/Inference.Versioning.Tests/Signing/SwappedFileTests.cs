using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Files that are swapped after their signature was verified and before the engine reads them never run.</summary>
public sealed class SwappedFileTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData("nothing", true)]
    [InlineData("model", false)]
    [InlineData("data", false)]
    [InlineData("data by a link", false)]
    [InlineData("data by a hard link", false)]
    [InlineData("other data", false)]
    public async Task Files_SwappedBetweenCheckAndUse_NeverRun(string what, bool runs)
    {
        string directory = Path.Combine(_repository.Root, "1");
        Directory.CreateDirectory(directory);
        Save(Path.Combine(directory, "model.onnx"), "Add", 3, "weights.bin");
        string evil = Directory.CreateDirectory(Path.Combine(_repository.Root, ".evil")).FullName;
        Save(Path.Combine(evil, "model.onnx"), "Mul", 666, what == "other data" ? ".github" : "weights.bin");
        using (var key = ModelSigningKey.FromPem(_key.ExportPkcs8PrivateKeyPem()))
        {
            await ModelSigner.SignAsync(directory, key, new ModelSignatureOptions { ModelName = "ranker", Version = "1" });
        }

        var loader = new SwappingLoader(() => Swap(what, directory, evil));
        var options = new VersioningOptions { Watch = false };
        options.Signing.Required = true;
        options.Signing.Keys["ci"] = _key.ExportSubjectPublicKeyInfoPem();
        Task<VersionedModelRunner> opening = ModelRepository.OpenAsync(_repository.Root, loader, new ModelRepositoryOptions { Versioning = options, Load = new ModelLoadOptions { Name = "ranker", MapFiles = true } }).AsTask();
        if (!runs)
        {
            ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => opening);
            Assert.Contains("Model 'ranker'", error.Message);
            return;
        }

        await using VersionedModelRunner runner = await opening;
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1], [1, 1]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal(4f, outputs["y"].AsSpan<float>()[0]);
    }

    private static void Swap(string what, string directory, string evil)
    {
        string model = Path.Combine(directory, "model.onnx");
        string data = Path.Combine(directory, "weights.bin");
        switch (what)
        {
            case "model":
                File.Copy(Path.Combine(evil, "model.onnx"), model, overwrite: true);
                break;
            case "data":
                File.Copy(Path.Combine(evil, "weights.bin"), data, overwrite: true);
                break;
            case "data by a link":
                File.Delete(data);
                File.Copy(Path.Combine(evil, "weights.bin"), Path.Combine(directory, "x"));
                File.CreateSymbolicLink(data, "x");
                break;
            case "data by a hard link":
                // A rename gives the name another inode, as a hard link does.
                File.Move(Path.Combine(evil, "weights.bin"), data, overwrite: true);
                break;
            case "other data":
                // The name is one that the specification never covers.
                File.Copy(Path.Combine(evil, ".github"), Path.Combine(directory, ".github"));
                File.Copy(Path.Combine(evil, "model.onnx"), model, overwrite: true);
                break;
        }
    }

    private static void Save(string path, string op, float weight, string dataFile)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "g";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 1)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [weight], 1));
        model.Graph.Nodes.Add(new(op, ["x", "w"], ["y"]));
        model.Save(path, new OnnxWriteOptions { ExternalDataThreshold = 1, ExternalDataFileName = dataFile });
    }

    private sealed class SwappingLoader(Action swap) : IModelLoader
    {
        public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
        {
            swap();
            return ModelLoader.Default.LoadAsync(source, options, cancellationToken);
        }
    }
}
