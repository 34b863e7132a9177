using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Tests.Retraining;

/// <summary>Every option that a text can state is a key of the stage's configuration.</summary>
public class StageBindingTests
{
    [Fact]
    public void Retraining_Keys_AreAllOptions() => Check<RetrainingOptions>(new RetrainingStageBinding(), new() { ["Directory"] = "d", ["Schedule"] = "0 3 * * *", ["Metric"] = "accuracy", ["Reference"] = "0.9" });

    [Fact]
    public void RetrainingCommand_Keys_AreAllOptions()
    {
        RetrainingOptions options = Check<RetrainingOptions>(new RetrainingStageBinding(), new()
        {
            ["Directory"] = "d", ["Command:FileName"] = "train", ["Command:Arguments:0"] = "{bundle}", ["Command:Environment:A"] = "b", ["Command:Timeout"] = "01:00:00", ["Command:MaxOutputBytes"] = "5",
            ["Command:MaxFolderBytes"] = "2000000", ["Command:KeepFailedWork"] = "true", ["Webhook:Url"] = "https://hooks.example.com/", ["Webhook:Headers:X-Key"] = "k",
        });
        Assert.Equal(("train", "{bundle}", "b", 5, 2_000_000L, true), (options.Command.FileName, options.Command.Arguments[0], options.Command.Environment["A"], options.Command.MaxOutputBytes, options.Command.MaxFolderBytes, options.Command.KeepFailedWork));
        Assert.Equal("k", options.Webhook.Headers["X-Key"]);
    }

    [Fact]
    public void Cost_Keys_AreAllOptions() => Check<CostOptions>(new CostStageBinding(), new() { ["PricePerCoreHour"] = "0.1" });

    [Theory]
    [InlineData("Schedule", "0 0 0 3 * * *")]
    [InlineData("TimeZone", "Nowhere/City")]
    [InlineData("Directory", "")]
    [InlineData("CoolDown", "-00:00:01")]
    [InlineData("Shedule", "0 3 * * *")]
    public void Retraining_BadValues_AreRefused(string key, string value) =>
        Assert.Throws<ModelConfigurationException>(() => Check<RetrainingOptions>(new RetrainingStageBinding(), new() { ["Directory"] = "d", [key] = value }));

    private static T Check<T>(PipelineStageBinding binding, Dictionary<string, string?> values)
        where T : class, new()
    {
        var defaults = new T();
        foreach (PropertyInfo property in typeof(T).GetProperties().Where(static p => p.CanWrite && !typeof(Delegate).IsAssignableFrom(p.PropertyType)))
        {
            values.TryAdd(property.Name, Convert.ToString(property.GetValue(defaults), System.Globalization.CultureInfo.InvariantCulture));
        }

        values["Use"] = binding.Name;
        IConfigurationRoot root = new ConfigurationBuilder().AddInMemoryCollection(values.Where(static v => !string.IsNullOrEmpty(v.Value) || v.Key == "Directory").Select(static v => KeyValuePair.Create("S:" + v.Key, v.Value))).Build();
        var services = new ServiceCollection();
        var pipeline = new ModelPipeline("m");
        binding.Add(pipeline, services, root.GetSection("S"));
        Assert.Single(pipeline.Stages);
        return services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<T>>().Get("m");
    }
}
