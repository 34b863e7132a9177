using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Tests.Hosting;

/// <summary>How a stage hears of its options.</summary>
public sealed class StageOptionsTests : IValidateOptions<StageOptionsTests.Settings>, IDisposable
{
    private readonly IConfigurationRoot _configuration =
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Level"] = "1" }).Build();
    private readonly ServiceProvider _services;
    private readonly List<string> _rejected = [];

    public StageOptionsTests() => _services = new ServiceCollection().Configure<Settings>("model", _configuration).BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void OnChange_CallsBackAtOnceAndWithEachNewValue()
    {
        using StageOptions<Settings> options = Open();
        var first = new List<int>();
        var second = new List<int>();
        options.OnChange(o => first.Add(o.Level));
        Set(2);
        options.OnChange(o => second.Add(o.Level));
        Set(3);
        Assert.Equal([10, 20, 30], first);
        Assert.Equal([20, 30], second);
        Assert.Equal(30, options.Current.Level);
        options.Dispose();
        Set(4);
        Assert.Equal((3, 30), (first.Count, options.Current.Level));
        Assert.Empty(_rejected);
    }

    [Fact]
    public void OnChange_ListenerThrows_RejectsTheValueAndHearsTheNext()
    {
        using StageOptions<Settings> options = Open();
        int seen = 0;
        options.OnChange(o => seen = o.Level == 20 ? throw new InvalidOperationException("not 20") : o.Level);
        Set(2);
        Assert.Equal((10, 10), (seen, options.Current.Level));
        Assert.Equal(["not 20"], _rejected);
        Set(-1);
        Assert.Equal((10, 10, 2), (seen, options.Current.Level, _rejected.Count));
        Set(3);
        Assert.Equal((30, 30), (seen, options.Current.Level));
    }

    [Fact]
    public void OnChange_FirstValueRefused_IsTheCallersErrorAndNotHeardAgain()
    {
        using StageOptions<Settings> options = Open();
        int calls = 0;
        Assert.Throws<InvalidOperationException>(() => options.OnChange(_ => throw new InvalidOperationException($"call {++calls}")));
        Set(2);
        Assert.Equal((1, 20), (calls, options.Current.Level));
    }

    [Fact]
    public void OnChange_ServicesWithoutOptions_CallsBackWithTheDefaults()
    {
        using var options = new StageOptions<Settings>(new TestServices(), "model", o => o.Level += 5, this);
        int seen = 0;
        options.OnChange(o => seen = o.Level);
        Assert.Equal((5, 5), (seen, options.Current.Level));
    }

    public ValidateOptionsResult Validate(string? name, Settings options) => options.Level < 0 ? ValidateOptionsResult.Fail("negative") : ValidateOptionsResult.Success;

    private StageOptions<Settings> Open() => new(_services, "model", o => o.Level *= 10, this, rejected => _rejected.Add(rejected.Message));

    private void Set(int level)
    {
        _configuration["Level"] = $"{level}";
        _configuration.Reload();
    }

    public sealed class Settings
    {
        public int Level { get; set; }
    }
}
