using Inference.Status;
using Inference.TestSupport;
using Inference.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Inference.Tests.Hosting;

/// <summary>What a host sees of its models: loading in the background, stopping, health, options that change.</summary>
public sealed class HostedModelTests
{
    [Fact]
    public async Task LoadInBackground_HostStartsAtOnce_IsNotReadyUntilLoaded()
    {
        var loader = new GatedLoader();
        await using ServiceProvider services = Services(loader, ("LoadInBackground", "true"));
        await StartAsync(services);
        HealthReport report = await HealthAsync(services);
        Assert.Equal(["model:m"], report.Entries.Keys);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal("Loading", report.Entries["model:m"].Data["state"]);
        loader.Loaded.SetResult(new FakeRunner());
        await services.GetRequiredKeyedService<IModelRunner>("m").EnsureLoadedAsync();
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(services)).Status);
    }

    [Fact]
    public async Task LoadOnDemand_HostStartsWithoutLoading_FirstCallLoads()
    {
        var loader = new FakeLoader();
        await using ServiceProvider services = Services(loader, ("LoadOnDemand", "true"));
        await StartAsync(services);
        var runner = services.GetRequiredKeyedService<IModelRunner>("m");
        var status = runner.GetService<IModelStatus>()!;
        Assert.Equal((0, ModelState.Ready, "The model is not loaded; its next call loads it."), (loader.Loads, status.State, status.Description));

        using NamedValues inputs = FakeModel.Rows(1);
        using NamedValues outputs = await runner.RunAsync(inputs);

        Assert.Equal((1, ""), (loader.Loads, status.Description));
        await ((IUnloadableRunner)runner).UnloadAsync();
        Assert.Equal(ModelState.Ready, status.State);
    }

    [Fact]
    public async Task LoadInBackground_Fails_HostLivesAndHealthSaysWhy()
    {
        var loader = new GatedLoader();
        await using ServiceProvider services = Services(loader, ("LoadInBackground", "true"));
        await StartAsync(services);
        loader.Loaded.SetException(new ModelLoadException("the file is not a model"));
        await Assert.ThrowsAsync<ModelLoadException>(() => services.GetRequiredKeyedService<IModelRunner>("m").EnsureLoadedAsync());
        HealthReport report = await HealthAsync(services);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("the file is not a model", report.Entries["model:m"].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileLoading_EndsTheLoad()
    {
        var loader = new GatedLoader();
        ServiceProvider services = Services(loader, ("LoadInBackground", "true"));
        await StartAsync(services);
        await loader.Started.Task;
        await services.DisposeAsync();
        Assert.True(loader.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task WarmUp_Fails_IsDegradedUntilACallSucceeds()
    {
        bool fails = true;
        var runner = new FakeRunner { Fail = _ => fails ? new ModelRunException("no memory") : null };
        var loader = new GatedLoader();
        loader.Loaded.SetResult(runner);
        await using ServiceProvider services = Services(loader);
        await StartAsync(services);
        HealthReport report = await HealthAsync(services);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("no memory", report.Entries["model:m"].Description, StringComparison.Ordinal);
        fails = false;
        using NamedValues inputs = FakeModel.Rows(1f);
        using NamedValues outputs = await services.GetRequiredKeyedService<IModelRunner>("m").RunAsync(inputs);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(services)).Status);
    }

    [Fact]
    public async Task WarmUp_ZerosAreNoInput_SaysNothing()
    {
        var loader = new GatedLoader();
        loader.Loaded.SetResult(new FakeRunner { Fail = _ => new InvalidInputException("zero is no identifier") });
        await using ServiceProvider services = Services(loader);
        await StartAsync(services);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(services)).Status);
    }

    /// <summary>A load that was unloaded before it read its options neither follows them nor reports on them.</summary>
    [Fact]
    public async Task Unload_BeforeTheLoadFollowsItsOptions_LeavesNothingThatFollows()
    {
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        int reads = 0;
        var loader = new GatedLoader();
        loader.Loaded.SetResult(new FakeRunner { Fail = _ => new ModelRunException("no memory") });
        await using ServiceProvider services = Services(loader, more => more.Configure<ModelOptions>("m", _ =>
        {
            if (Interlocked.Increment(ref reads) == 1)
            {
                reading.Set();
                goOn.Wait();
            }
        }), ("Threads", "1"));
        var runner = services.GetRequiredKeyedService<IModelRunner>("m").GetService<IUnloadableRunner>()!;
        Task loading = Task.Run(() => runner.LoadAsync());
        reading.Wait();
        Task unloading = runner.UnloadAsync();
        goOn.Set();
        await unloading;
        await loading;
        int before = Volatile.Read(ref reads);
        Change((IConfigurationRoot)services.GetRequiredService<IConfiguration>(), "Threads", "2");
        Assert.Equal(before, Volatile.Read(ref reads));
        Assert.Empty(services.GetRequiredKeyedService<ModelConditions>("m").Current);
        Assert.False(runner.IsLoaded);
    }

    [Fact]
    public async Task Options_ChangedWhileLoadingOrServing_AreSaidNotToBeFollowed()
    {
        var loader = new GatedLoader();
        await using ServiceProvider services = Services(loader, ("LoadInBackground", "true"), ("Threads", "1"));
        await StartAsync(services);
        await loader.Started.Task;
        var configuration = (IConfigurationRoot)services.GetRequiredService<IConfiguration>();
        Change(configuration, "Threads", "2");
        loader.Loaded.SetResult(new FakeRunner());
        await services.GetRequiredKeyedService<IModelRunner>("m").EnsureLoadedAsync();
        HealthReport report = await HealthAsync(services);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("Threads changed", report.Entries["model:m"].Description, StringComparison.Ordinal);
        Change(configuration, "Threads", "1");
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(services)).Status);
        Change(configuration, "MaxPlans", "0");
        Assert.Contains("the changed ModelOptions are invalid and were ignored", (await HealthAsync(services)).Entries["model:m"].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runner_ReplacedByAFake_StartsAndIsHealthy()
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddModel("m", o => o.Path = "not-there.onnx");
        collection.AddHealthChecks().AddModels();
        collection.AddKeyedSingleton<IModelRunner>("m", new FakeRunner());
        await using ServiceProvider services = collection.BuildServiceProvider();
        await StartAsync(services);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(services)).Status);
    }

    [Fact]
    public async Task AddModels_TwoModels_HaveACheckEach()
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddHealthChecks().AddModels();
        collection.AddModel("good", o => o.Source = ModelSource.Bytes(SmallModels.Dense()));
        collection.AddModel("bad", o => (o.Path, o.LoadInBackground) = ("not-there.onnx", true));
        await using ServiceProvider services = collection.BuildServiceProvider();
        await StartAsync(services);
        HealthReport report = await HealthAsync(services);
        Assert.Equal(HealthStatus.Healthy, report.Entries["model:good"].Status);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["model:bad"].Status);
    }

    [Fact]
    public void Conditions_OfTwoOwners_AreKeptApart()
    {
        var conditions = new ModelConditions();
        object first = new();
        object second = new();
        conditions.Set(first, "one");
        conditions.Set(second, "two");
        conditions.Set(first, "three");
        Assert.Equal(["three", "two"], conditions.Current);
        conditions.Clear(first);
        conditions.Clear(first);
        Assert.Equal(["two"], conditions.Current);
        conditions.Clear(second);
        Assert.False(conditions.Any);
    }

    private static ServiceProvider Services(IModelLoader loader, params (string Key, string Value)[] options) => Services(loader, _ => { }, options);

    private static ServiceProvider Services(IModelLoader loader, Action<IServiceCollection> more, params (string Key, string Value)[] options)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(options.Select(o => KeyValuePair.Create<string, string?>(o.Key, o.Value)).Append(new("Path", "m.onnx"))).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton(loader);
        services.AddModel("m", configuration);
        services.AddHealthChecks().AddModels();
        more(services);
        return services.BuildServiceProvider();
    }

    private static void Change(IConfigurationRoot configuration, string key, string value)
    {
        configuration[key] = value;
        configuration.Reload();
    }

    private static async Task StartAsync(IServiceProvider services)
    {
        foreach (IHostedService service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    private static Task<HealthReport> HealthAsync(IServiceProvider services) => services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private sealed class GatedLoader : IModelLoader
    {
        public TaskCompletionSource<IModelRunner> Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token { get; private set; }

        public async ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
        {
            Token = cancellationToken;
            Started.TrySetResult();
            return await Loaded.Task.WaitAsync(cancellationToken);
        }
    }
}
