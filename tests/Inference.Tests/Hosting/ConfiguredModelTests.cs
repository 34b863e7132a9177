using Inference.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Tests.Hosting;

/// <summary>The options of a model in its section of the configuration.</summary>
public sealed class ConfiguredModelTests
{
    // Source, Images, Keys, Limits and ExpectedFiles are for code; name and version come from the registration.
    private static readonly string[] s_notInConfiguration = [nameof(ModelOptions.Source), nameof(ModelOptions.Images), nameof(ModelOptions.Keys), nameof(ModelOptions.Limits), nameof(ModelOptions.ExpectedFiles), nameof(ModelOptions.Name), nameof(ModelOptions.Version)];

    [Fact]
    public void Keys_AreTheOptionsThatAConfigurationCanSet() => Assert.Equal(
        typeof(ModelOptions).GetProperties().Select(p => p.Name).Except(s_notInConfiguration).Order(StringComparer.Ordinal), ConfiguredModel.Keys.Names.Order(StringComparer.Ordinal));

    [Theory]
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
