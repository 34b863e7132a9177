using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Versioning.Tests;

/// <summary>Named targets are found and checked at start, follow their options, and tell when they answer much.</summary>
public sealed class StartupCheckTests
{
    private readonly TimerCountingTimeProvider _clock = new();
    private readonly Dictionary<string, FakeRunner> _runners = new()
    {
        ["big"] = new FakeRunner(FakeModel.Info("big")),
        ["small"] = new FakeRunner(FakeModel.Info("small")),
        ["other"] = new FakeRunner(FakeModel.Info("other") with { Outputs = [new("elsewhere", ModelValueType.Tensor(ElementType.Float32, [Dimension.Unknown]))] }),
    };

    [Theory]
    [InlineData("model:missing", "expected a registered model 'missing'")]
    [InlineData("model:big", "expected another model, got the model itself")]
    [InlineData("model:other", "cannot replace the model")]
    [InlineData("version:previous", "expected UseVersioning inside UseFallback")]
    public async Task Fallback_TargetIsMissingOrDoesNotFit_StopsTheStart(string entry, string message)
    {
        await using ServiceProvider services = Services(builder => builder.UseFallback(o => o.Chain.Add(entry)));
        InferenceException error = await Assert.ThrowsAnyAsync<InferenceException>(() => StartAsync(services));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "expected a registered model 'missing'")]
    [InlineData("small", "expected a threshold")]
    [InlineData("other", "does not match the large one")]
    public async Task Cascade_SmallModelIsMissingOrDoesNotFit_StopsTheStart(string small, string message)
    {
        await using ServiceProvider services = Services(builder => builder.UseCascade(o => o.SmallModel = small));
        InferenceException error = await Assert.ThrowsAnyAsync<InferenceException>(() => StartAsync(services));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cascade_ThresholdOfAnOutputThatIsNot_StopsTheStart()
    {
        await using ServiceProvider services = Services(builder => builder.UseCascade(o => (o.SmallModel, o.Threshold) = ("small", new CascadeThreshold("nowhere", ConfidenceKind.MaxProbability, 0.5))));
        Assert.Contains("'nowhere'", (await Assert.ThrowsAnyAsync<InferenceException>(() => StartAsync(services))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fallback_InACycle_StopsTheStart_AndACallThatAllFailEnds()
    {
        await using ServiceProvider services = Services(builder => builder.UseFallback(o => o.Chain.Add("model:small")), small => small.UseFallback(o => o.Chain.Add("model:big")));
        Assert.Contains("expected fallbacks without a cycle, got ", (await Assert.ThrowsAnyAsync<InferenceException>(() => StartAsync(services))).Message, StringComparison.Ordinal);
        _runners["big"].Fail = _ => new ModelRunException("broken");
        _runners["small"].Fail = _ => new ModelRunException("broken");
        await Assert.ThrowsAnyAsync<InferenceException>(() => RunAsync(services.GetRequiredKeyedService<IModelRunner>("big")));
    }

    [Fact]
    public async Task Fallback_ChainChanges_IsFollowed_AndABadOneIsRejected()
    {
        _runners["big"].Fail = _ => new ModelRunException("broken");
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        await using ServiceProvider services = Services(builder => builder.UseFallback().Services.AddOptions<FallbackOptions>("big").Bind(configuration));
        await StartAsync(services);
        var runner = services.GetRequiredKeyedService<IModelRunner>("big");
        await Assert.ThrowsAsync<ModelRunException>(() => RunAsync(runner));
        configuration["Chain:0"] = "model:small";
        configuration.Reload();
        await RunAsync(runner);
        configuration["Chain:0"] = "model:missing";
        configuration.Reload();
        await RunAsync(runner);
        var status = (IModelStatus)runner;
        Assert.Equal(ModelState.Degraded, status.State);
        Assert.Contains("'missing'", status.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fallback_AnswersATenth_IsDegradedAndSaysSo()
    {
        int call = 0;
        _runners["big"].Fail = _ => ++call % 10 == 0 ? new ModelRunException("broken") : null;
        await using ServiceProvider services = Services(builder => builder.UseFallback(o => o.Chain.Add("model:small")));
        await StartAsync(services);
        var runner = services.GetRequiredKeyedService<IModelRunner>("big");
        call = 0;
        for (int i = 0; i < 19; i++)
        {
            await RunAsync(runner);
        }

        var status = (IModelStatus)runner;
        Assert.Equal(ModelState.Ready, status.State);
        for (int i = 0; i < 21; i++)
        {
            await RunAsync(runner);
        }

        Assert.Equal(ModelState.Degraded, status.State);
        Assert.Contains("10", status.Description, StringComparison.Ordinal);
        _runners["big"].Fail = _ => null;
        _clock.Advance(TimeSpan.FromMinutes(2));
        for (int i = 0; i < 20; i++)
        {
            await RunAsync(runner);
        }

        Assert.Equal(ModelState.Ready, status.State);
    }

    private static async Task RunAsync(IModelRunner runner)
    {
        using NamedValues inputs = FakeModel.Rows(1f);
        using NamedValues outputs = await runner.RunAsync(inputs);
    }

    private static async Task StartAsync(IServiceProvider services)
    {
        foreach (IHostedService service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    private ServiceProvider Services(Action<IModelBuilder> configure, Action<IModelBuilder>? small = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IModelLoader>(new Loader(_runners));
        configure(services.AddModel("big", o => (o.Path, o.WarmUp) = ("big", false)));
        IModelBuilder second = services.AddModel("small", o => (o.Path, o.WarmUp) = ("small", false));
        small?.Invoke(second);
        services.AddModel("other", o => (o.Path, o.WarmUp) = ("other", false));
        return services.BuildServiceProvider();
    }

    private sealed class Loader(Dictionary<string, FakeRunner> runners) : IModelLoader
    {
        public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default) => new(runners[options.Name!]);
    }
}
