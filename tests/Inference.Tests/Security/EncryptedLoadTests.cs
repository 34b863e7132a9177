using Inference.Onnx;
using Inference.Rows;
using Inference.Security;
using Inference.TestSupport;
using Inference.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Tests.Security;

public sealed class EncryptedLoadTests
{
    private readonly IModelKeyProvider _keys = EnvelopeProtectorTests.Keys("k1");

    [SharedDataFact("models")]
    public async Task Load_SharedModelsEncrypted_AnswerAsPlain()
    {
        foreach (string model in Directory.GetFiles(TestData.Path("models"), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var folder = new TemporaryFolder();
            await ModelEncryption.EncryptAsync(model, folder.File("model.onnx"), _keys);
            using IModelRunner plain = ModelRunner.Load(model);
            using IModelRunner secret = ModelRunner.Load(folder.Path, new ModelLoadOptions { Keys = _keys });
            Assert.Equal(plain.Info.Digest, secret.Info.Digest);
            Assert.Equal("k1", secret.Info.KeyId);
            Assert.Null(plain.Info.KeyId);
            using NamedValues inputs = SharedModel.InputsOf(plain, Path.GetDirectoryName(model)!);
            using NamedValues expected = plain.Run(inputs);
            using NamedValues got = secret.Run(inputs);
            foreach ((string name, ModelValue value) in expected)
            {
                if (value is TensorValue tensor)
                {
                    Assert.True(RowEquality.AreEqual(tensor, got[name]) || !plain.Info.Deterministic, $"{model}, {name}");
                }
            }
        }
    }

    [Fact]
    public async Task Load_ExternalDataInside_LeavesNoPlaintextOnDisk()
    {
        using var folder = new TemporaryFolder();
        byte[] weights = Save(folder);
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), folder.File("secret", "model.onnx"), _keys);
        Directory.Delete(folder.File("plain"), recursive: true);
        using (IModelRunner runner = await ModelRunner.LoadAsync(folder.File("secret"), new ModelLoadOptions { Keys = _keys, MapFiles = true }))
        {
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[256], [1, 256]) };
            using NamedValues outputs = runner.Run(inputs);
        }

        string file = Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(weights.AsSpan(0, 16)));
    }

    [Fact]
    public async Task Load_KeysOfTheServices_AreUsed()
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), folder.File("secret", "model.onnx"), _keys);
        var services = new ServiceCollection();
        services.AddSingleton(_keys);
        services.AddModel("m", o => o.Source = ModelSource.Directory(folder.File("secret")));
        await using ServiceProvider provider = services.BuildServiceProvider();
        IModelRunner runner = provider.GetRequiredKeyedService<IModelRunner>("m");
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[256], [1, 256]) };
        using NamedValues outputs = await runner.RunAsync(inputs);
        Assert.Equal("k1", runner.Info.KeyId);
    }

    [Fact]
    public async Task Load_MissingWrongOrFailingKeys_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        string path = folder.File("secret", "model.onnx");
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), path, _keys);
        Assert.Contains("the model is encrypted with the key 'k1': expected a key provider, got none.", Assert.Throws<ModelLoadException>(() => ModelRunner.Load(path)).Message, StringComparison.Ordinal);
        IModelKeyProvider[] wrong =
        [
            EnvelopeProtectorTests.Keys("k1"),
            EnvelopeProtectorTests.Keys("k2"),
            ModelKeys.FromDelegates(_keys.WrapAsync, (_, _, _) => throw new TimeoutException("the service is away")),
            ModelKeys.FromDelegates(_keys.WrapAsync, (_, _, _) => new(new byte[32])),
            ModelKeys.FromDelegates(_keys.WrapAsync, (_, _, _) => new([])),
        ];
        foreach (IModelKeyProvider keys in wrong)
        {
            var options = new ModelLoadOptions { Keys = keys };
            Assert.Throws<ModelLoadException>(() => ModelRunner.Load(path, options));
            await Assert.ThrowsAsync<ModelLoadException>(() => ModelRunner.LoadAsync(path, options));
            Assert.Throws<ModelLoadException>(() => ModelRunner.Load(ModelSource.Bytes(File.ReadAllBytes(path)), options));
        }
    }

    [Fact]
    public async Task Load_KeyServiceThatAnswersLater_IsAwaitedAndCanBeCancelled()
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        string path = folder.File("secret", "model.onnx");
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), path, _keys);
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        var options = new ModelLoadOptions
        {
            Keys = ModelKeys.FromDelegates(_keys.WrapAsync, async (key, context, token) =>
            {
                asked.SetResult();
                await answer.Task.WaitAsync(token);
                return await _keys.UnwrapAsync(key, context, token);
            }),
        };
        ValueTask<IModelRunner> load = ModelLoader.Default.LoadAsync(ModelSource.File(path), options);
        await asked.Task;
        Assert.False(load.IsCompleted);
        answer.SetResult();
        using IModelRunner runner = await load;

        asked = new();
        answer = new();
        using var stop = new CancellationTokenSource();
        ValueTask<IModelRunner> cancelled = ModelLoader.Default.LoadAsync(ModelSource.File(path), options, stop.Token);
        await asked.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled);
    }

    [Fact]
    public async Task Rekey_File_LoadsWithTheNewKeyAndTheSameDigest()
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        string path = folder.File("secret", "model.onnx");
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), path, _keys);
        IModelKeyProvider next = EnvelopeProtectorTests.Keys("k2");
        using IModelRunner before = ModelRunner.Load(path, new ModelLoadOptions { Keys = _keys });
        await ModelEncryption.RekeyAsync(path, path, _keys, next);
        using IModelRunner after = ModelRunner.Load(path, new ModelLoadOptions { Keys = ModelKeys.Ring(next, _keys) });
        Assert.Equal(before.Info.Digest, after.Info.Digest);
        Assert.Equal("k2", after.Info.KeyId);
        Assert.Throws<ModelLoadException>(() => ModelRunner.Load(path, new ModelLoadOptions { Keys = _keys }));
    }

    [Fact]
    public async Task Split_DecryptedModel_PartsOutliveTheWhole()
    {
        using var folder = new TemporaryFolder();
        Save(folder);
        string path = folder.File("secret", "model.onnx");
        await ModelEncryption.EncryptAsync(folder.File("plain", "m.onnx"), path, _keys);
        IModelRunner whole = ModelRunner.Load(path, new ModelLoadOptions { Keys = _keys });
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, 256).Select(i => i % 3 - 1f)], [1, 256]), ["z"] = TensorValue.Copy<float>(new float[256], [1, 256]) };
        var splitter = Assert.IsAssignableFrom<IModelSplitter>(whole.GetService(typeof(IModelSplitter)));
        using var other = new NamedValues { ["x"] = inputs["x"].Retain() };
        using NamedValues expected = whole.Run(other);
        using ModelSplit? split = splitter.Split(["x"]);
        whole.Dispose();
        if (split is not null)
        {
            using NamedValues got = split.Branch.Run(other);
            Assert.NotEmpty(got);
        }
    }

    // y = relu(x · W) + W₀, 256 wide, weights in a file of their own.
    internal static byte[] Save(TemporaryFolder folder, int seed = 3)
    {
        const int Width = 256;
        Directory.CreateDirectory(folder.File("plain"));
        Directory.CreateDirectory(folder.File("secret"));
        OnnxModel model = SmallModels.Model(17);
        var random = new Random(seed);
        float[] weights = [.. Enumerable.Range(0, Width * Width).Select(_ => (float)random.NextDouble() + 1)];
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", weights, Width, Width));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", weights[..Width], Width));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", Width)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Relu", ["m"], ["r"]));
        model.Graph.Nodes.Add(new("Add", ["r", "b"], ["y"]));
        model.Save(folder.File("plain", "m.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
    }
}
