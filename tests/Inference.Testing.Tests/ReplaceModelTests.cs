using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Testing.Tests;

/// <summary>Fakes in the place of registered models.</summary>
public sealed class ReplaceModelTests
{
    [Fact]
    public async Task Host_WithAllModelsReplaced_StartsServesAndIsHealthy()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddModel("small", o => o.Path = "missing.onnx");
        builder.Services.AddModel("ranker", o => o.Path = "missing").UseFallback(o => o.Chain.Add("model:small")).UseVersioning();
        builder.Services.AddModel("late", o => (o.Path, o.LoadInBackground) = ("missing.onnx", true));
        builder.Services.AddHealthChecks().AddModels();
        foreach (string name in new[] { "small", "ranker", "late" })
        {
            builder.Services.ReplaceModel(name, Echo(name));
        }

        FakeTimeProvider clock = builder.Services.AddFakeClock();
        using IHost host = builder.Build();
        await host.StartAsync();
        Assert.Same(clock, host.Services.GetRequiredService<TimeProvider>());
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        using TensorValue answer = runner.Run("x", [2f], [1]);
        Assert.Equal(2f, answer.AsSpan<float>()[0]);
        Assert.Equal(HealthStatus.Healthy, (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task Model_ThatIsReal_FallsBackToAFake()
    {
        var services = new ServiceCollection();
        services.AddModel("small", o => o.Path = "missing.onnx");
        services.ReplaceModel("small", _ => Echo("small"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using IModelRunner runner = new ChaosModelRunner(Echo("big"), new ChaosOptions { FaultRate = 1 }).AsBuilder().UseFallback(null, provider.GetRequiredKeyedService<IModelRunner>("small")).Build();
        var context = new RunContext();
        using NamedValues inputs = new() { ["x"] = TensorValue.From([3f]) };
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal(3f, outputs["y"].AsSpan<float>()[0]);
        Assert.Contains("fallback", context.Record.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_IsDisposedWithTheServices()
    {
        FakeModelRunner made = Echo("m"), given = Echo("n");
        var services = new ServiceCollection();
        services.AddModel("m", o => o.Path = "missing.onnx");
        services.AddModel("n", o => o.Path = "missing.onnx");
        services.ReplaceModel("m", _ => made).ReplaceModel("n", given);
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            Assert.Same(made, provider.GetRequiredKeyedService<IModelRunner>("m"));
            Assert.Same(given, provider.GetRequiredKeyedService<IModelRunner>("n"));
        }

        Assert.True(made.IsDisposed);
        Assert.False(given.IsDisposed);
    }

    [Fact]
    public void Name_ThatIsNotRegistered_IsRefusedWithThoseThatAre()
    {
        var services = new ServiceCollection();
        services.AddModel("ranker", o => o.Path = "x");
        Assert.Equal("Model 'rankr': expected a registered model, there is none; registered are 'ranker'. Register it with AddModel first, or correct the name.",
            Assert.Throws<InferenceException>(() => services.ReplaceModel("rankr", Echo("m"))).Message);
    }

    private static FakeModelRunner Echo(string name) => new(name, "x: float32[N]", "y: float32[N]", inputs => new NamedValues { ["y"] = inputs["x"].Retain() });
}
