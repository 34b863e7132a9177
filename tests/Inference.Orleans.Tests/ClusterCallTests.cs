using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Inference.Orleans.Tests;

public sealed class ClusterCallTests
{
    [Fact]
    public async Task Run_ThroughTheClient_GivesTheModelsAnswer()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        var context = new RunContext();

        using NamedValues inputs = FakeModel.Rows(7);
        using NamedValues outputs = await runner.RunAsync(inputs, context);

        Assert.Equal(FakeModel.Expected(7), outputs[FakeModel.Output].AsSpan<float>().ToArray());
        Assert.Equal("m", runner.Info.Name);
        Assert.Equal([FakeModel.Input], runner.Info.Inputs.Select(p => p.Name));
        Assert.Contains("cluster:0", context.Record.Path);
        Assert.Equal(1, silos.Loaders.Sum(l => l.Loads));
    }

    [Fact]
    public async Task Run_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using NamedValues inputs = FakeModel.Rows(i);
            using NamedValues outputs = await runner.RunAsync(inputs);
            Assert.Equal(FakeModel.Expected(i), outputs[FakeModel.Output].AsSpan<float>().ToArray());
        }));
    }

    /// <summary>16 MB there, 4 MB back, also through a silo that has to pass them on.</summary>
    [Fact]
    public async Task Run_LargeTensors_ComeBackWhole()
    {
        const int Rows = 1_000_000;
        await using TestSilos silos = await TestSilos.StartAsync(2, ["m"]);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        float[] data = [.. Enumerable.Range(0, Rows * FakeModel.InputWidth).Select(i => (float)(i % 1_000))];
        using var inputs = new NamedValues { [FakeModel.Input] = TensorValue.Copy<float>(data, [Rows, FakeModel.InputWidth]) };
        using NamedValues expected = FakeModel.Compute(inputs);
        for (int i = 0; i < 3; i++)
        {
            using NamedValues outputs = await runner.RunAsync(inputs);
            Assert.True(outputs[FakeModel.Output].AsSpan<float>().SequenceEqual(expected[FakeModel.Output].AsSpan<float>()));
        }
    }

    [Fact]
    public async Task Run_InvalidInput_ThrowsTheModelsError()
    {
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"], open: (_, _, options) => new FakeRunner(FakeModel.Info(options.Name!))
        {
            Fail = _ => new InvalidInputException("Model 'm', input 'x': no.") { Input = "x", Expected = "a", Actual = "b" },
        });
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");

        using NamedValues inputs = FakeModel.Rows(1);
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(async () => await runner.RunAsync(inputs));

        Assert.Equal(("Model 'm', input 'x': no.", "x", "a", "b"), (error.Message, error.Input, error.Expected, error.Actual));
    }

    [Fact]
    public async Task Connect_UnknownModel_SaysWhatToDo()
    {
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"]);

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await silos.ConnectAsync("other"));

        Assert.Contains("Model 'other'", error.Message, StringComparison.Ordinal);
        Assert.Contains("AddModel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NoSiloRunsModels_SaysSoWhenTheTimeIsUp()
    {
        await using InProcessTestCluster cluster = new InProcessTestClusterBuilder(1).Build();
        await cluster.DeployAsync();

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await OrleansModelRunner.ConnectAsync("m", cluster.Client, o => o.Timeout = TimeSpan.FromMilliseconds(500)));

        Assert.StartsWith("Model 'm': expected a silo that describes 'm' within 0.5 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InASilo_StaysInTheProcess()
    {
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"], before: (_, silo) => silo.Services.AddClusterModel("cluster", o => o.Model = "m"));
        var runner = silos.Services(0).GetRequiredKeyedService<IModelRunner>("cluster");
        var context = new RunContext();

        using NamedValues inputs = FakeModel.Rows(3);
        using NamedValues outputs = await runner.RunAsync(inputs, context);

        Assert.Equal(FakeModel.Expected(3), outputs[FakeModel.Output].AsSpan<float>().ToArray());
        Assert.Contains("cluster:local", context.Record.Path);
    }

    [Fact]
    public async Task Run_FullReplica_IsRefused()
    {
        var runners = new List<FakeRunner>();
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"], o => o.MaxCallsPerModel = 2, (_, _, options) =>
        {
            var made = new FakeRunner(FakeModel.Info(options.Name!));
            runners.Add(made);
            return made;
        });
        await using OrleansModelRunner runner = await silos.ConnectAsync("m", o => o.Retry = false);
        FakeRunner model = runners.Single();
        model.Gate.Close();
        using NamedValues inputs = FakeModel.Rows(1);
        Task<NamedValues>[] held = [runner.RunAsync(inputs).AsTask(), runner.RunAsync(inputs).AsTask()];
        await Eventually.TrueAsync(() => model.Active == 2);

        OverloadedException error = await Assert.ThrowsAsync<OverloadedException>(async () => await runner.RunAsync(inputs));

        Assert.Contains("1 replicas", error.Message, StringComparison.Ordinal);
        model.Gate.Open();
        foreach (NamedValues outputs in await Task.WhenAll(held))
        {
            outputs.Dispose();
        }
    }

    [Fact]
    public async Task Run_DeadlinePassesInTheSilo_ThrowsDeadlineExceeded()
    {
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"], open: (_, _, options) =>
        {
            var made = new FakeRunner(FakeModel.Info(options.Name!));
            made.Gate.Close();
            return made;
        });
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");

        using NamedValues inputs = FakeModel.Rows(1);
        await Assert.ThrowsAsync<DeadlineExceededException>(async () => await runner.RunAsync(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow.AddMilliseconds(100) }));
    }

    [Fact]
    public async Task Run_Cancelled_CancelsTheRunInTheSilo()
    {
        var runners = new List<FakeRunner>();
        await using TestSilos silos = await TestSilos.StartAsync(1, ["m"], open: (_, _, options) =>
        {
            var made = new FakeRunner(FakeModel.Info(options.Name!));
            made.Gate.Close();
            runners.Add(made);
            return made;
        });
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        using var cancel = new CancellationTokenSource();
        using NamedValues inputs = FakeModel.Rows(1);
        Task<NamedValues> call = runner.RunAsync(inputs, cancellationToken: cancel.Token).AsTask();
        await Eventually.TrueAsync(() => runners is [{ Active: 1 }]);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Eventually.TrueAsync(() => runners[0].Active == 0, "the silo's run goes on");
    }
}
