using System.Text;
using Inference.Batching;
using Inference.Status;
using Inference.TestSupport;
using Inference.Versioning;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Sequences.Tests;

/// <summary>Sequences of a model with versions, registered from configuration alone.</summary>
public sealed class VersionedSequenceTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "inference-sequences-" + Guid.NewGuid().ToString("N"));

    private string Configuration => $$"""
        { "Models": { "vad": {
          "Path": "{{_root}}", "LoadInBackground": false,
          "Stages": [ { "Use": "Versioning", "Policy": "Pinned", "PinnedVersion": "1", "KeepLatest": 2 } ],
          "PerVersion": [
            { "Use": "Sequences", "States": [ { "Output": "stateN", "Input": "state" } ], "MaxSequences": 1, "IdleTimeout": "00:01:00", "MaxWaitingCalls": 8, "ReturnStates": false },
            { "Use": "Batching" },
            { "Use": "BatchAxes", "Axes": { "state": 1, "stateN": 1 }, "Shared": [ "sr" ] } ] } } }
        """;

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [SharedDataFact("models/silero_vad_v5")]
    public async Task RunAsync_VersionChanges_TheSequenceIsUnknownAndTheOldOneCanBeEnded()
    {
        await using ServiceProvider services = Build(Configuration);
        var runner = services.GetRequiredKeyedService<IModelRunner>("vad");
        await runner.EnsureLoadedAsync();
        var versions = runner.GetService<IModelVersions>()!;
        using Sequence old = runner.StartSequence("a");
        var context = new RunContext();
        await RunAsync(old, context);
        Assert.Equal("1", context.Record.VersionServed);
        Assert.Equal(1, runner.GetService<ISequences>()!.Count);

        await versions.PromoteAsync("2", "test", "test");
        await Assert.ThrowsAsync<UnknownSequenceException>(() => RunAsync(old));
        using (Sequence anew = runner.StartSequence("a"))
        {
            var next = new RunContext();
            await RunAsync(anew, next);
            Assert.Equal("2", next.Record.VersionServed);
            Assert.Equal(1, runner.GetService<ISequences>()!.Count);
        }

        Assert.Equal(0, runner.GetService<ISequences>()!.Count);
    }

    [SharedDataFact("models/silero_vad_v5")]
    public async Task Dispose_OfASequenceOnAnotherVersion_EndsItThere()
    {
        await using ServiceProvider services = Build(Configuration);
        var runner = services.GetRequiredKeyedService<IModelRunner>("vad");
        await runner.EnsureLoadedAsync();
        Sequence sequence = runner.StartSequence("a");
        await RunAsync(sequence);
        ISequences first = runner.GetService<ISequences>()!;
        await runner.GetService<IModelVersions>()!.PromoteAsync("2", "test", "test");
        sequence.Dispose();
        Assert.Equal(0, first.Count);
    }

    [SharedDataFact("models/silero_vad_v5")]
    public async Task Change_OfALimit_IsFollowedAndOfTheStatesIsNot()
    {
        await using ServiceProvider services = Build(Configuration);
        var runner = services.GetRequiredKeyedService<IModelRunner>("vad");
        await runner.EnsureLoadedAsync();
        using Sequence one = runner.StartSequence("1"), two = runner.StartSequence("2"), three = runner.StartSequence("3");
        await RunAsync(one);
        await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(two));
        var configuration = (IConfigurationRoot)services.GetRequiredService<IConfiguration>();
        configuration["Models:vad:PerVersion:0:MaxSequences"] = "2";
        configuration.Reload();
        await RunAsync(two);
        configuration["Models:vad:PerVersion:0:MaxSequences"] = "3";
        configuration["Models:vad:PerVersion:0:ReturnStates"] = "true";
        configuration.Reload();
        await Assert.ThrowsAsync<OverloadedException>(() => RunAsync(three));
        await RunAsync(two);
    }

    [Theory]
    [InlineData("\"Output\"", "\"Outputs\"", "Models:vad:PerVersion:0:States:0:Outputs: expected a known key, got 'Outputs'. Did you mean 'Output'?")]
    [InlineData("\"MaxSequences\": 1", "\"MaxSequences\": 0", "Models:vad:PerVersion:0")]
    [InlineData("\"Axes\": { \"state\": 1,", "\"Axes\": { \"state\": -1,", "Models:vad:PerVersion:2")]
    public void AddModels_WrongConfiguration_NamesTheKey(string from, string to, string message)
    {
        ModelConfigurationException error = Assert.Throws<ModelConfigurationException>(() => Services(Configuration.Replace(from, to, StringComparison.Ordinal)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    private static async Task RunAsync(Sequence sequence, RunContext? context = null)
    {
        using var inputs = new NamedValues { ["input"] = TensorValue.Copy(new float[512], [1, 512]), ["sr"] = TensorValue.Copy<long>([16_000], [1]) };
        (await sequence.RunAsync(inputs, context)).Dispose();
    }

    private static ServiceCollection Services(string json)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build().AsEnumerable()).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddModels(configuration.GetSection("Models"), [new SequencesStageBinding(), new BatchingStageBinding(), new BatchAxesStageBinding(), new VersioningStageBinding()]);
        return services;
    }

    private ServiceProvider Build(string json)
    {
        foreach (string version in (string[])["1", "2"])
        {
            Directory.CreateDirectory(Path.Combine(_root, version));
            File.Copy(TestData.Path("models", "silero_vad_v5", "model.onnx"), Path.Combine(_root, version, "model.onnx"));
        }

        return Services(json).BuildServiceProvider();
    }
}
