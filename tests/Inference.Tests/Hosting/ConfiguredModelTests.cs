using System.Security.Cryptography;
using Inference.Hosting;
using Inference.Security;
using Inference.TestSupport;
using Inference.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Tests.Hosting;

/// <summary>The options of a model in its section of the configuration.</summary>
public sealed class ConfiguredModelTests
{
    // Source, Images, Keys and ExpectedFiles are for code; name and version come from the registration.
    private static readonly string[] s_notInConfiguration = [nameof(ModelOptions.Source), nameof(ModelOptions.Images), nameof(ModelOptions.Keys), nameof(ModelOptions.ExpectedFiles), nameof(ModelOptions.Name), nameof(ModelOptions.Version)];

    [Fact]
    public void Keys_AreTheOptionsThatAConfigurationCanSet() => Assert.Equal(
        typeof(ModelOptions).GetProperties().Select(p => p.Name).Except(s_notInConfiguration).Order(StringComparer.Ordinal), ConfiguredModel.Keys.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void Keys_OfLimits_AreAllOfThem() => Assert.Equal(
        typeof(ModelLimits).GetProperties().Where(p => p.CanWrite).Select(p => p.Name).Order(StringComparer.Ordinal), ConfiguredModel.Keys[nameof(ModelOptions.Limits)]!.Names.Order(StringComparer.Ordinal));

    /// <summary>Every limit, with a value that is not its default.</summary>
    [Fact]
    public async Task Limits_OfTheConfiguration_ReachTheLoader()
    {
        string[] numbers = [.. typeof(ModelLimits).GetProperties().Where(p => p.CanWrite && p.Name != nameof(ModelLimits.AllowHardLinks)).Select(p => p.Name)];
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("m:Path", "x.onnx"), new("m:Limits:AllowHardLinks", "true"), .. numbers.Select((n, i) => KeyValuePair.Create<string, string?>($"m:Limits:{n}", $"{100 + i}"))]).Build();
        var services = new ServiceCollection();
        services.AddModel("m", configuration.GetSection("m"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        ModelLimits limits = provider.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m").ToLoadOptions("m").Limits;
        Assert.True(limits.AllowHardLinks);
        Assert.Equal(numbers.Select((_, i) => $"{100 + i}"), numbers.Select(n => $"{typeof(ModelLimits).GetProperty(n)!.GetValue(limits)}"));
    }

    [Fact]
    public async Task Limits_OutOfRange_NameTheLimit()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("m:Path", "x.onnx"), new("m:Limits:MaxNestingDepth", "501")]).Build();
        var services = new ServiceCollection();
        services.AddModel("m", configuration.GetSection("m"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m"));
        Assert.Contains("Limits.MaxNestingDepth", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KeyFile")]
    [InlineData("KeyEnvironmentVariable")]
    public async Task Key_OfTheConfiguration_OpensAnEncryptedModel(string how)
    {
        using var folder = new TemporaryFolder();
        string variable = $"INFERENCE_TEST_KEY_{Guid.NewGuid():N}";
        string text = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        Environment.SetEnvironmentVariable(variable, text);
        File.WriteAllText(folder.File("model.key"), text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.File("model.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.WriteAllBytes(folder.File("plain.onnx"), SmallModels.Dense());
        await ModelEncryption.EncryptAsync(folder.File("plain.onnx"), folder.File("secret.onnx"), ModelKeys.FromFile(folder.File("model.key")));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Models:m:Path", folder.File("secret.onnx")), new($"Models:m:{how}", how == "KeyFile" ? folder.File("model.key") : variable)]).Build();
        var services = new ServiceCollection();
        services.AddModels(configuration.GetSection("Models"), []);
        await using ServiceProvider provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredKeyedService<IModelRunner>("m");
        await runner.EnsureLoadedAsync();
        Assert.StartsWith("key-", runner.Info.KeyId, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public async Task Key_GivenTwice_IsRefused()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("m:Path", "x.onnx"), new("m:KeyFile", "a"), new("m:KeyEnvironmentVariable", "B")]).Build();
        Assert.StartsWith(
            "m:KeyEnvironmentVariable: expected one key, got KeyFile too.",
            Assert.Throws<ModelConfigurationException>(() => new ServiceCollection().AddModel("m", configuration.GetSection("m"))).Message,
            StringComparison.Ordinal);
        var services = new ServiceCollection();
        services.AddModel("m", o => (o.Path, o.KeyFile, o.Keys) = ("x.onnx", "a", ModelKeys.FromEnvironment("B")));
        await using ServiceProvider provider = services.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m"));
        Assert.Contains("Model 'm': KeyFile: expected one key, got Keys too.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m:Limits:MaxNodse", "2", "m:Limits:MaxNodse: expected a known key, got 'MaxNodse'. Did you mean 'MaxNodes'?")]
    [InlineData("m:Limits:MaxNodes", "many", "m:Limits:MaxNodes: expected a value of type System.Int32, got 'many'. Correct the value.")]
    [InlineData("m:Limits", "2", "m:Limits: expected an object, got the value '2'.")]
    [InlineData("m:KeyFiel", "k", "m:KeyFiel: expected a known key, got 'KeyFiel'. Did you mean 'KeyFile'?")]
    [InlineData("m:Treads", "2", "m:Treads: expected a known key, got 'Treads'. Did you mean 'Threads'?")]
    [InlineData("m:Provider:0", "cpu", "m:Provider: expected a known key, got 'Provider'. Did you mean 'Providers'?")]
    [InlineData("m:Colour", "2", "m:Colour: expected a known key, got 'Colour'. Remove it; known here: ")]
    [InlineData("m:Threads", "two", "m:Threads: expected a value of type System.Int32, got 'two'. Correct the value.")]
    public void AddModel_WithAKeyThatIsNotKnown_IsRefused(string key, string value, string expected)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("m:Path", "x.onnx"), new(key, value)]).Build();
        Assert.StartsWith(expected, Assert.Throws<ModelConfigurationException>(() => new ServiceCollection().AddModel("m", configuration.GetSection("m"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddModel_WithSectionsOfStages_LeavesThemToOthers()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("m:Path", "x.onnx"), new("m:Batching:MaxRows", "2")]).Build();
        Assert.Equal("m", new ServiceCollection().AddModel("m", configuration.GetSection("m")).ModelName);
    }

    [Theory]
    [InlineData("MaxRow", "MaxRows")]
    [InlineData("maxrwos", "MaxRows")]
    [InlineData("Colour", null)]
    [InlineData("Pth", "Path")]
    public void NearestName_IsWithinAThirdOfTheLength(string name, string? expected) => Assert.Equal(expected, NearestName.Among(["Path", "MaxRows", "Threads"], name));
}
