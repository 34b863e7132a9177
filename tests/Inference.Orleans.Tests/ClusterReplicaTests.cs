using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Inference.Orleans.Tests;

public sealed class ClusterReplicaTests
{
    [Fact]
    public async Task Run_ReplicasOfOneModel_AreInDifferentSilos()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);
        await ReportedAsync(silos, 3);

        for (int i = 0; i < 3; i++)
        {
            string key = ReplicaKey.Of("m", i);
            await silos.Client.GetGrain<IReplicaGrain>(key).DescribeAsync();
            for (int silo = 0; silo < 3; silo++)
            {
                // Any of them may place the next one.
                var view = silos.Services(silo).GetRequiredService<Placement.ClusterView>();
                await Eventually.TrueAsync(() => view.Reports.Any(r => r.Replicas.Contains(key)));
            }
        }

        Assert.All(silos.Loaders, l => Assert.Equal(1, l.Loads));
    }

    [Fact]
    public async Task Run_SiloIsKilled_NoCallFails()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m", o => o.AttemptTimeout = TimeSpan.FromMilliseconds(200));
        int calls = 0;
        using var stop = new CancellationTokenSource();
        Task caller = Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                using NamedValues inputs = FakeModel.Rows(i);
                using NamedValues outputs = await runner.RunAsync(inputs);
                Assert.Equal(FakeModel.Expected(i), outputs[FakeModel.Output].AsSpan<float>().ToArray());
                Interlocked.Increment(ref calls);
            }
        });
        await Eventually.TrueAsync(() => Volatile.Read(ref calls) > 100);

        int host = Enumerable.Range(0, 3).First(i => silos.Services(i).GetRequiredService<Replicas.SiloReplicas>().Keys.Contains("m/0"));
        await silos.Cluster.KillSiloAsync(silos.Cluster.Silos[host]);
        int before = Volatile.Read(ref calls);
        await Eventually.TrueAsync(() => Volatile.Read(ref calls) > before + 100 || caller.IsCompleted, "calls go on");
        await stop.CancelAsync();

        await caller;
    }

    [Fact]
    public async Task Exchange_EverySilo_KnowsTheLoadsOfAll()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);

        await ReportedAsync(silos, 3);
    }

    [Fact]
    public async Task Announce_Decision_IsHeardByAllSilos()
    {
        await using TestSilos silos = await TestSilos.StartAsync(3, ["m"]);
        await ReportedAsync(silos, 3);

        await silos.Client.GetGrain<IClusterGrain>(IClusterGrain.Key).AnnounceAsync("m", 7);

        for (int i = 0; i < 3; i++)
        {
            DirectoryWatch watch = silos.Services(i).GetRequiredService<DirectoryWatch>();
            await Eventually.TrueAsync(() => watch.Known("m") == 7);
        }
    }

    /// <summary>Calls wait in the only replica: another one is made in another silo, and goes when there is nothing to do for it.</summary>
    [Fact]
    public async Task Run_CallsWait_AReplicaIsAddedAndRemovedWhenItIsNotNeeded()
    {
        using var slow = new SemaphoreSlim(1, 1);
        int fast = 0;
        await using TestSilos silos = await TestSilos.StartAsync(
            2, ["m"], o =>
            {
                (o.ScaleUpAge, o.ScaleUpAfter, o.ScaleDownAfter) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
            },
            (_, _, options) => new FakeRunner(FakeModel.Info(options.Name!))
            {
                OnRun = _ =>
                {
                    if (Volatile.Read(ref fast) == 0)
                    {
                        // One at a time, as a model that is busy.
                        slow.Wait();
                        Thread.Sleep(2);
                        slow.Release();
                    }
                },
            });
        await ReportedAsync(silos, 2);
        await using OrleansModelRunner runner = await silos.ConnectAsync("m");
        using var stop = new CancellationTokenSource();
        Task[] callers = [.. Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using NamedValues inputs = FakeModel.Rows(i);
                (await runner.RunAsync(inputs)).Dispose();
            }
        }))];
        var view = silos.Services(0).GetRequiredService<Placement.ClusterView>();
        await Eventually.TrueAsync(() => view.Reports.Count(r => r.Replicas.Any(k => k is "m/0" or "m/1")) == 2, "a second replica in the other silo");
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        Volatile.Write(ref fast, 1);
        await Eventually.TrueAsync(() => view.Reports.Sum(r => r.Replicas.Length) == 1, "one replica is left");
    }

    private static async Task ReportedAsync(TestSilos silos, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var view = silos.Services(i).GetRequiredService<Placement.ClusterView>();
            await Eventually.TrueAsync(() => view.Reports.Count == count, "a silo does not know the others");
        }
    }
}
