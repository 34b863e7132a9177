using Inference.Conformance.Models;
using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Support;
using Inference.Security;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

/// <summary>Encrypted models: ONNX Runtime receives them from memory, and writes nothing of them.</summary>
public sealed class EncryptedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IModelKeyProvider _keys;

    public EncryptedTests()
    {
        File.WriteAllText(_folder.File("key"), Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        _keys = ModelKeys.FromFile(_folder.File("key"), "k1", requirePrivate: false);
    }

    private string Secret => _folder.File("secret", "model.onnx");

    public void Dispose() => _folder.Dispose();

    [OrtFact]
    public async Task Load_WholeModel_RunsFromMemoryWithoutAFile()
    {
        await EncryptAsync();
        using IModelRunner runner = await ModelLoader.Only(new OnnxRuntimeProvider(), keys: _keys).LoadAsync(ModelSource.Directory(_folder.File("secret")), new ModelLoadOptions());
        Assert.Equal(("onnxruntime", "k1"), (runner.Info.Provider, runner.Info.KeyId));
        Assert.Equal(64f, Run(runner));
        Assert.Equal([Secret], Directory.GetFiles(_folder.File("secret"), "*", SearchOption.AllDirectories));
        using IModelRunner core = ModelRunner.Load(Secret, new ModelLoadOptions { Keys = _keys });
        Assert.Equal(core.Info.Digest, runner.Info.Digest);
    }

    [OrtFact]
    public async Task Load_PartsOfAModel_RunFromMemoryToo()
    {
        await EncryptAsync();
        var options = new ModelLoadOptions { Keys = _keys, FailOnProviderError = true };
        options.Providers.Add("onnxruntime");
        using IModelRunner runner = new ModelLoader([new OnnxRuntimeProvider()]).Load(ModelSource.File(Secret), options);
        Assert.Equal("onnxruntime", runner.Info.Provider);
        Assert.Equal(64f, Run(runner));
    }

    [OrtTheory]
    [InlineData("OptimizedModelPath")]
    [InlineData("session.optimized_model_external_initializers_file_name")]
    [InlineData("ep.context_enable")]
    public async Task Load_OptionsThatWriteTheModel_AreRefused(string option)
    {
        await EncryptAsync();
        var options = new OnnxRuntimeOptions();
        if (option == "OptimizedModelPath")
        {
            options.OptimizedModelPath = _folder.File("optimized.onnx");
        }
        else
        {
            options.SessionConfig[option] = "1";
        }

        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelLoader.Only(new OnnxRuntimeProvider(options), keys: _keys).Load(ModelSource.File(Secret)));
        Assert.Contains($"the model is encrypted, and with '{option}' ONNX Runtime would write it to a file as plain text", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("optimized.onnx")));
    }

    private static float Run(IModelRunner runner)
    {
        using NamedValues y = runner.Run(new NamedValues { ["x"] = Tensors.Fill([64], static i => 1) });
        return y["y"].AsSpan<float>()[63];
    }

    private async Task EncryptAsync()
    {
        OnnxModel model = new ModelWriter("external").Input("x", ElementType.Float32, 64).Output("y", ElementType.Float32, 64)
            .Constant<float>("k", Enumerable.Range(0, 64).Select(static i => (float)i).ToArray(), 64).Node("Add", "x k", "y").ToModel();
        Directory.CreateDirectory(_folder.File("plain"));
        Directory.CreateDirectory(_folder.File("secret"));
        model.Save(_folder.File("plain", "model.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 16 });
        await ModelEncryption.EncryptAsync(_folder.File("plain", "model.onnx"), Secret, _keys);
        Directory.Delete(_folder.File("plain"), recursive: true);
    }
}
