using System.Text;
using Inference.Batching;
using Inference.Benchmarks.Soak;
using Inference.Caching;
using Inference.Status;
using Inference.TestSupport;
using Inference.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Versioning.Tests;

/// <summary>Models and their pipelines from configuration alone.</summary>
public sealed class ConfiguredModelsTests : IDisposable
{
    private static readonly PipelineStageBinding[] s_stages =
        [new ValidationStageBinding(), new FallbackStageBinding(), new VersioningStageBinding(), new CascadeStageBinding(), new CachingStageBinding(), new BatchingStageBinding()];

    private readonly string _root = Path.Combine(Path.GetTempPath(), "inference-configured-" + Guid.NewGuid().ToString("N"));

    public ConfiguredModelsTests()
    {
        Directory.CreateDirectory(_root);
        SoakModel.Publish(_root, "1", SoakModel.Make(1));
        SoakModel.Publish(_root, "2", SoakModel.Make(2));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Whole => $$"""
        { "Models": { "ranker": {
          "Path": "{{_root}}", "Threads": 2, "LoadInBackground": false,
          "Stages": [ { "Use": "Validation", "Inputs": { "x": { "Max": 10 } } }, { "Use": "Fallback", "Chain": ["version:previous"] }, { "Use": "Versioning", "KeepLatest": 2, "Canary": { "Percent": 5 } } ],
          "PerVersion": [ { "Use": "Caching", "MaxBytes": 67108864, "SecondLevel": { "Enabled": false } }, { "Use": "Batching", "MaxRows": 64 } ] } } }
        """;

    [Fact]
    public async Task Models_FromConfigurationAlone_ServeWithAllStages()
    {
        using IHost host = Build(Whole);
        await host.StartAsync();
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        Assert.Equal("2", await ServedAsync(runner));
        Assert.NotNull(runner.GetService<IModelVersions>());
        Assert.NotNull(runner.GetService<ICacheControl>());
        Assert.NotNull(runner.GetService<IBatchingStatus>());
        using var bad = new NamedValues { ["x"] = TensorValue.Copy(Enumerable.Repeat(11f, SoakModel.Features).ToArray(), [1, SoakModel.Features]) };
        await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(bad));
        await host.StopAsync();
    }

    [Fact]
    public async Task Change_OfAStagesKey_IsFollowed()
    {
        using IHost host = Build(Whole);
        await host.StartAsync();
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration["Models:ranker:Stages:2:Policy"] = "Pinned";
        configuration["Models:ranker:Stages:2:PinnedVersion"] = "1";
        Reload(configuration);
        await Eventually.TrueAsync(() => runner.Info.Version == "1");
        Assert.Equal(ModelState.Ready, ((IModelStatus)runner).State);
    }

    [Theory]
    [InlineData("Models:ranker:PerVersion:1:MaxRow", "7", "Models:ranker:PerVersion:1:MaxRow: expected a known key, got 'MaxRow'. Did you mean 'MaxRows'?")]
    [InlineData("Models:ranker:Stages:2:Canary:Percnt", "7", "Models:ranker:Stages:2:Canary:Percnt: expected a known key, got 'Percnt'. Did you mean 'Percent'?")]
    [InlineData("Models:ranker:Thread", "7", "Models:ranker:Thread: expected a known key, got 'Thread'. Did you mean 'Threads'?")]
    [InlineData("Models:ranker:Stages:0:Use", "Versioning", "Models:ranker:Stages: changed")]
    public async Task Change_ThatIsNotValid_KeepsTheLastGoodOptionsAndIsAConditionWithItsPath(string key, string value, string expected)
    {
        using IHost host = Build(Whole);
        await host.StartAsync();
        var status = (IModelStatus)host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration[key] = value;
        Reload(configuration);
        await Eventually.TrueAsync(() => status.State == ModelState.Degraded);
        Assert.Contains(expected == "Models:ranker:Stages: changed" ? "the stages changed from [VALIDATION, FALLBACK, VERSIONING]" : expected, status.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Models:ranker:PerVersion:1:MaxRow", "7", "Models:ranker:PerVersion:1:MaxRow", "Did you mean 'MaxRows'?")]
    [InlineData("Models:ranker:PerVersion:0:SecondLevel:Enable", "true", "Models:ranker:PerVersion:0:SecondLevel:Enable", "Did you mean 'Enabled'?")]
    [InlineData("Models:ranker:Stages:0:Inputs:x:Mx", "1", "Models:ranker:Stages:0:Inputs:x:Mx", "Did you mean 'Max'?")]
    [InlineData("Models:ranker:Stages:2:Variants:0:Persent", "1", "Models:ranker:Stages:2:Variants:0:Persent", "Did you mean 'Percent'?")]
    [InlineData("Models:ranker:Treads", "1", "Models:ranker:Treads", "Did you mean 'Threads'?")]
    [InlineData("Models:ranker:Colour", "1", "Models:ranker:Colour", "known here: AssertRowIndependent, ")]
    [InlineData("Models:ranker:Stage:0:Use", "Batching", "Models:ranker:Stage", "Did you mean 'Stages'?")]
    [InlineData("Models:ranker:PerVersion:1:MaxRows", "many", "Models:ranker:PerVersion:1:MaxRows", "expected a value of type System.Int32, got 'many'.")]
    [InlineData("Models:ranker:Threads", "2.5", "Models:ranker:Threads", "expected a value of type System.Int32, got '2.5'.")]
    [InlineData("Models:ranker:PerVersion:1:MaxRows:0", "1", "Models:ranker:PerVersion:1:MaxRows", "expected one value, got a list or an object.")]
    [InlineData("Models:ranker:Stages:2:Canary", "5", "Models:ranker:Stages:2:Canary", "expected an object, got the value '5'.")]
    [InlineData("Models:ranker:Stages:1:Chain", "version:previous", "Models:ranker:Stages:1:Chain", "expected a list, got the value 'version:previous'.")]
    [InlineData("Models:ranker:PerVersion:1:MaxRows", "0", "Models:ranker:PerVersion:1", "MaxRows")]
    [InlineData("Models:ranker:Stages:1:Use", "Fallbak", "Models:ranker:Stages:1:Use", "Did you mean 'Fallback'?")]
    [InlineData("Models:ranker:Stages:1:Use", "Teleport", "Models:ranker:Stages:1:Use", "Known are Batching, Caching, Cascade, Fallback, Validation, Versioning")]
    [InlineData("Models:ranker:Stages:3:Use", "Cascade", "Models:ranker:Stages:3", "must be the last of Stages")]
    [InlineData("Models:ranker:Stages:1:Use", "Validation", "Models:ranker:Stages:1", "was listed before, at Models:ranker:Stages:0")]
    [InlineData("Models:ranker:PerVersion:2:Use", "Validation", "Models:ranker:PerVersion:2", "was listed before, at Models:ranker:Stages:0")]
    [InlineData("Models:ranker:PerVersion:2:Use", "Cascade", "Models:ranker:PerVersion:2", "Move it to Stages.")]
    [InlineData("Models:ranker:PerVersion:2:MaxRows", "1", "Models:ranker:PerVersion:2", "expected an object with the key 'Use'")]
    [InlineData("Models:other", "models/x.onnx", "Models:other", "Write { \"Path\": \"models/x.onnx\" }.")]
    public void Registration_OfWhatIsNotValid_IsRefusedWithThePath(string key, string value, string path, string problem)
    {
        ModelConfigurationException error = Assert.Throws<ModelConfigurationException>(() => Build(Whole, (key, value)));
        Assert.Equal(path, error.Path);
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registration_InAWrongOrder_NamesBothAndTheReason()
    {
        ModelConfigurationException error = Assert.Throws<ModelConfigurationException>(() => Build("""
            { "Models": { "ranker": { "Path": "x", "PerVersion": [ { "Use": "Batching" }, { "Use": "Caching" } ] } } }
            """));
        Assert.Equal("Models:ranker:PerVersion:1", error.Path);
        Assert.Contains("Batching was listed outside Caching, at Models:ranker:PerVersion:0, but must be inside it: batches must form", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ModelConfigurationException>(() => Build("""{ "Models": { "ranker": { "Path": "x", "Stages": [ { "Use": "Batching" }, { "Use": "Versioning" } ] } } }"""));
        Assert.EndsWith("list it in PerVersion.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registration_OfAMissingSection_IsRefused() =>
        Assert.Equal("Models: expected an object with a key for each model, got none. Add a model, or correct the name of the section.", Assert.Throws<ModelConfigurationException>(() => Build("{}")).Message);

    [Fact]
    public async Task File_ThatBreaks_IsAConditionAndALogUntilItIsCorrected()
    {
        string file = Path.Combine(_root, "..", Path.GetFileName(_root) + ".json");
        await File.WriteAllTextAsync(file, Whole);
        try
        {
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
            builder.Services.AddModels(builder.Configuration.GetSection("Models"), s_stages);
            using IHost host = builder.Build();
            await host.StartAsync();
            var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
            var status = (IModelStatus)runner;
            Assert.Equal(ModelState.Ready, status.State);
            var root = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
            await File.WriteAllTextAsync(file, "{ \"Models\": { broken");

            // As the file watcher does, which loses the exception.
            Assert.Throws<InvalidDataException>(root.Providers.OfType<FileConfigurationProvider>().Single().Load);
            Assert.Equal(ModelState.Degraded, status.State);
            Assert.Contains("changed and cannot be read, the last good options hold", status.Description, StringComparison.Ordinal);
            Assert.Equal("2", await ServedAsync(runner));
            await File.WriteAllTextAsync(file, Whole);
            Reload(root);
            Assert.Equal(ModelState.Ready, status.State);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Keys_OfEachStage_AreThoseThatItsOptionsHave()
    {
        foreach (PipelineStageBinding stage in s_stages)
        {
            Type options = stage.GetType().BaseType!.GetGenericArguments()[0];
            AssertComplete(stage.Keys, options, stage.Name);
        }
    }

    // What a configuration can set: writable properties, lists and maps, but no delegates.
    private static void AssertComplete(OptionKeys keys, Type type, string path)
    {
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(IList<>) || type.GetGenericTypeDefinition() == typeof(IDictionary<,>)))
        {
            Assert.Equal(type.GetGenericTypeDefinition() == typeof(IList<>), keys.IsList);
            AssertComplete(keys.Element!, type.GetGenericArguments()[^1], path + "[]");
            return;
        }

        if (Nullable.GetUnderlyingType(type) is not null || type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset))
        {
            Assert.Empty(keys.Names);
            Assert.Null(keys.Element);
            return;
        }

        var settable = type.GetProperties().Where(p => !p.PropertyType.IsAssignableTo(typeof(Delegate)) && p.GetMethod!.IsPublic && !p.GetMethod.IsStatic).ToDictionary(p => p.Name, p => p.PropertyType);
        Assert.True(settable.Keys.Order().SequenceEqual(keys.Names.Order()), $"{path}: options have {string.Join(", ", settable.Keys.Except(keys.Names))}; keys have {string.Join(", ", keys.Names.Except(settable.Keys))}");
        foreach ((string name, Type property) in settable)
        {
            AssertComplete(keys[name]!, property, $"{path}.{name}");
        }
    }

    // The options monitor of the host, which validates at start, throws at whoever reloads; the model does not mind.
    private static void Reload(IConfigurationRoot configuration)
    {
        try
        {
            configuration.Reload();
        }
        catch (AggregateException)
        {
        }
    }

    private static IHost Build(string json, params (string Key, string Value)[] changes)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().AsEnumerable());
        builder.Configuration.AddInMemoryCollection(changes.Select(c => KeyValuePair.Create(c.Key, (string?)c.Value)));
        builder.Services.AddModels(builder.Configuration.GetSection("Models"), s_stages);
        return builder.Build();
    }

    private static async Task<string?> ServedAsync(IModelRunner runner)
    {
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy(new float[SoakModel.Features], [1, SoakModel.Features]) };
        var context = new RunContext();
        (await runner.RunAsync(inputs, context)).Dispose();
        return context.Record.VersionServed;
    }
}
