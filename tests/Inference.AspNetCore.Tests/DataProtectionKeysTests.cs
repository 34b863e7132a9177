using Inference.Onnx;
using Inference.Security;
using Inference.TestSupport;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Tests;

/// <summary>Models encrypted with keys of ASP.NET Core's data protection. Each provider of services stands for a process.</summary>
public sealed class DataProtectionKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DataProtectionKeysTests()
    {
        Directory.CreateDirectory(_folder.File("keys"));
        Directory.CreateDirectory(_folder.File("plain"));
        using var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = "scaled";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "rows")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "rows")));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("f", [3], 1));
        model.Graph.Nodes.Add(new OnnxNode("Mul", ["x", "f"], ["y"]));
        model.Save(_folder.File("plain", "model.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
    }

    private string Secret => _folder.File("secret.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Encrypt_InOneProcess_LoadsInAnother()
    {
        await EncryptAsync("ranker");
        Directory.Delete(_folder.File("plain"), recursive: true);
        await using ServiceProvider services = Process("ranker");
        var runner = services.GetRequiredKeyedService<IModelRunner>("m");
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([2, 5], [2]) };
        using NamedValues outputs = await runner.RunAsync(inputs);
        Assert.Equal([6f, 15f], outputs["y"].AsSpan<float>().ToArray());
        Assert.Equal("data-protection", runner.Info.KeyId);
        Assert.Single(Directory.GetFiles(_folder.File("keys")));
    }

    /// <summary>The ring makes new keys and keeps the old ones, which open what they encrypted until they are revoked.</summary>
    [Fact]
    public async Task Keys_Rotated_OldFilesLoadUntilTheirKeyIsRevoked()
    {
        await EncryptAsync("ranker");
        Guid old;
        await using (ServiceProvider services = Process("ranker"))
        {
            IKeyManager ring = services.GetRequiredService<IKeyManager>();
            old = Assert.Single(ring.GetAllKeys()).KeyId;
            ring.CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddYears(1));
            Assert.Equal(2, ring.GetAllKeys().Count);
        }

        await LoadAsync("ranker");
        byte[] before = File.ReadAllBytes(Secret);
        await EncryptAsync("ranker");
        Assert.Contains(old.ToByteArray(), Windows(EncryptedModel.ReadKey(before).Wrapped));
        Assert.DoesNotContain(old.ToByteArray(), Windows(EncryptedModel.ReadKey(File.ReadAllBytes(Secret)).Wrapped));
        await using (ServiceProvider services = Process("ranker"))
        {
            services.GetRequiredService<IKeyManager>().RevokeKey(old, "leaked");
        }

        await LoadAsync("ranker");
        File.WriteAllBytes(Secret, before);
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("ranker"));
        Assert.Contains("Data protection: the data key was not encrypted with a key of this ring for this use, or was changed", error.Message);
    }

    [Theory]
    [InlineData("other application")]
    [InlineData("other ring")]
    [InlineData("ring emptied")]
    public async Task Load_WithoutTheRing_IsRefused(string how)
    {
        await EncryptAsync("ranker");
        if (how != "other application")
        {
            Directory.Move(_folder.File("keys"), _folder.File("gone"));
            Directory.CreateDirectory(_folder.File("keys"));
        }

        if (how == "other ring")
        {
            await using ServiceProvider services = Process("ranker");
            services.GetRequiredService<IKeyManager>().CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddYears(1));
        }

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(how == "other application" ? "other" : "ranker"));
        Assert.Contains("Share the key ring between the machines, and keep expired keys.", error.Message);
    }

    [Fact]
    public async Task Keys_OfTheProgramItself_AreKept()
    {
        var services = new ServiceCollection();
        IModelKeyProvider own = ModelKeys.FromEnvironment("NONE");
        services.AddSingleton(own);
        services.AddDataProtectionModelKeys();
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<IModelKeyProvider>());
    }

    private static IEnumerable<byte[]> Windows(ReadOnlyMemory<byte> bytes) => Enumerable.Range(0, bytes.Length - 15).Select(i => bytes.Slice(i, 16).ToArray());

    private ServiceProvider Process(string application)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(_folder.File("keys"))).SetApplicationName(application);
        services.AddDataProtectionModelKeys();
        services.AddModel("m", o => o.Source = ModelSource.File(Secret));
        return services.BuildServiceProvider();
    }

    private async Task EncryptAsync(string application)
    {
        await using ServiceProvider services = Process(application);
        await ModelEncryption.EncryptAsync(_folder.File("plain", "model.onnx"), Secret, services.GetRequiredService<IModelKeyProvider>());
    }

    private async Task LoadAsync(string application)
    {
        await using ServiceProvider services = Process(application);
        await services.GetRequiredKeyedService<IModelRunner>("m").EnsureLoadedAsync();
    }
}
