using Inference.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.Tests.Hosting;

public sealed class AddModelTests
{
    [Fact]
    public async Task Resolve_ByKey_RunsTheModel()
    {
        await using ServiceProvider services = Services(o => o.Source = ModelSource.Bytes(SmallModels.Dense()));
        var runner = services.GetRequiredKeyedService<IModelRunner>("dense");
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1f, 1f, 1f], [1, 3]) };
        using NamedValues outputs = await runner.RunAsync(inputs);
        Assert.Equal([9.5f, 0f], outputs["y"].AsSpan<float>().ToArray());
        Assert.Equal("dense", runner.Info.Name);
        Assert.True(runner.Info.RowIndependent);
    }

    [Fact]
    public async Task Start_OfTheHost_LoadsAndWarmsUp()
    {
        await using ServiceProvider services = Services(o => o.Source = ModelSource.Bytes(SmallModels.Dense()));
        var status = (IModelStatus)services.GetRequiredKeyedService<IModelRunner>("dense");
        Assert.Equal(ModelState.Loading, status.State);
        foreach (IHostedService service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        Assert.Equal(ModelState.Ready, status.State);
        HealthReport report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Status);
    }

    [Fact]
    public async Task Start_WithABrokenModel_FailsAndReportsFailed()
    {
        await using ServiceProvider services = Services(o => o.Source = ModelSource.Bytes(new byte[] { 1, 2, 3 }));
        await Assert.ThrowsAsync<ModelLoadException>(async () =>
        {
            foreach (IHostedService service in services.GetServices<IHostedService>())
            {
                await service.StartAsync(CancellationToken.None);
            }
        });
        var status = (IModelStatus)services.GetRequiredKeyedService<IModelRunner>("dense");
        Assert.Equal(ModelState.Failed, status.State);
    }

    [Fact]
    public void AddModel_Twice_SaysSo()
    {
        var services = new ServiceCollection();
        services.AddModel("a", o => o.Path = "a.onnx");
        InferenceException error = Assert.Throws<InferenceException>(() => services.AddModel("a", o => o.Path = "b.onnx"));
        Assert.Contains("'a' is already registered", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithoutASource_AreRejected()
    {
        using ServiceProvider services = Services(_ => { });
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("dense"));
        Assert.Contains("expected Source or Path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_AreRejected()
    {
        using ServiceProvider services = Services(o => (o.Path, o.MaxPlans) = ("x.onnx", 0));
        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("dense"));
    }

    [Fact]
    public void Options_FromConfiguration_AreRead()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Path"] = "m.onnx", ["Threads"] = "3", ["MaxRunTime"] = "00:00:02", ["Providers:0"] = "onnxruntime", ["WarmUp"] = "false",
        }).Build();
        var services = new ServiceCollection();
        services.AddModel("m", configuration);
        using ServiceProvider provider = services.BuildServiceProvider();
        ModelOptions options = provider.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get("m");
        Assert.Equal(("m.onnx", 3, TimeSpan.FromSeconds(2), false), (options.Path, options.Threads, options.MaxRunTime, options.WarmUp));
        Assert.Equal(["onnxruntime"], options.Providers);
    }

    [Fact]
    public async Task Stages_InTheWrongOrder_AreRejectedWithTheReason()
    {
        var services = new ServiceCollection();
        IModelBuilder builder = services.AddModel("dense", o => o.Source = ModelSource.Bytes(SmallModels.Dense()));
        builder.Add(PipelineStage.Batching, "UseBatching", (inner, _) => inner);
        builder.Add(PipelineStage.Caching, "UseCaching", (inner, _) => inner);
        await using ServiceProvider provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredKeyedService<IModelRunner>("dense");
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(async () => (await runner.RunAsync(new NamedValues())).Dispose());
        Assert.Contains("UseBatching was added outside UseCaching", error.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<ModelOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddModel("dense", configure);
        services.AddHealthChecks().AddModels();
        return services.BuildServiceProvider();
    }
}
