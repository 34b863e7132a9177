using Inference.Batching;
using Inference.Benchmarks.Soak;
using Inference.Decisions;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.Versioning.Tests;

/// <summary>Versioning through dependency injection, on the managed engine.</summary>
public sealed class HostingTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "inference-hosting-" + Guid.NewGuid().ToString("N"));

    public HostingTests()
    {
        Directory.CreateDirectory(_root);
        SoakModel.Publish(_root, "1", SoakModel.Make(1));
        SoakModel.Publish(_root, "2", SoakModel.Make(2));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Host_Starts_ServesAndControlsVersions()
    {
        using IHost host = Build([]);
        await host.StartAsync();
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        var versions = host.Services.GetRequiredKeyedService<IModelVersions>("ranker");
        Assert.Equal("2", await ServedAsync(runner));
        await versions.PromoteAsync("1", "ann", "why");
        Assert.Equal("1", await ServedAsync(runner));
        Assert.Equal("ranker", runner.Info.Name);
        await host.StopAsync();
    }

    /// <summary>A store of decisions among the services takes the place of the files.</summary>
    [Fact]
    public async Task DecisionStore_AmongTheServices_IsUsed()
    {
        var store = new MemoryDecisionStore();
        await using ServiceProvider services = new ServiceCollection().AddSingleton<IDecisionStore>(store)
            .AddModel("ranker", o => o.Source = ModelSource.Directory(_root)).UseVersioning().Services.BuildServiceProvider();
        await services.GetRequiredKeyedService<IModelRunner>("ranker").EnsureLoadedAsync();
        await services.GetRequiredKeyedService<IModelVersions>("ranker").PromoteAsync("1", "ann", "why");
        Assert.Equal(["load", "default", "load", "promote"], store.Records.Select(d => d.Action));
        Assert.False(Directory.Exists(Path.Combine(_root, ".inference")));
    }

    [Fact]
    public async Task Reload_Invalid_KeepsTheLastGoodOptionsAndKeepsListening()
    {
        using IHost host = Build([]);
        await host.StartAsync();
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration["ranker:Policy"] = "Pinned";
        // The options monitor of the host, which validates at start, throws at whoever reloads; the model does not mind.
        Assert.ThrowsAny<Exception>(configuration.Reload);
        Assert.Equal("2", await ServedAsync(runner));
        Assert.Contains("The changed options are invalid and were ignored: Model 'ranker', versioning: expected PinnedVersion", ((IModelStatus)runner).Description);
        configuration["ranker:PinnedVersion"] = "1";
        configuration.Reload();
        await Eventually.TrueAsync(() => runner.Info.Version == "1");
        Assert.DoesNotContain("rejected", ((IModelStatus)runner).Description);
    }

    [Fact]
    public async Task Start_InvalidOptions_StopsTheHost()
    {
        using IHost host = Build(new() { ["ranker:KeepLatest"] = "-1" });
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(error.Failures, f => f.Contains("KeepLatest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_BatchingOutsideVersioning_IsRejected()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddModel("ranker", o => o.Source = ModelSource.Directory(_root)).UseBatching().UseVersioning().Services.BuildServiceProvider();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => services.GetRequiredKeyedService<IModelRunner>("ranker").EnsureLoadedAsync());
        Assert.Contains("one version must never receive another's rows", error.Message);
    }

    private IHost Build(Dictionary<string, string?> settings)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.Configure<VersioningOptions>("ranker", builder.Configuration.GetSection("ranker"));
        builder.Services.AddModel("ranker", o => o.Source = ModelSource.Directory(_root)).UseFallback(o => o.Chain.Add("version:previous")).UseVersioning();
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
