using FsCheck;
using FsCheck.Fluent;
using Inference.Batching;
using Inference.Benchmarks.Soak;
using Inference.Caching;
using Inference.Status;
using Inference.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Versioning.Tests;

/// <summary>Whatever options are reloaded under load, valid or not: no call fails, every answer is its version's, and the bounds hold.</summary>
public sealed class ReloadUnderLoadTests : IDisposable
{
    private const int Callers = 8;
    private const int MostQueued = 64;
    private const int Rows = 200;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Property_AnyReloads_NoCallFailsAndBoundsHold() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            RunAsync(seed).GetAwaiter().GetResult();
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4));

    private async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        string root = _folder.File(Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        Dictionary<string, float[][]> expected = [];
        foreach (string version in (string[])["1", "2", "3"])
        {
            SoakModel.Publish(root, version, SoakModel.Make(int.Parse(version)));
            using IModelRunner direct = ModelRunner.Load(Path.Combine(root, version, "model.onnx"));
            expected[version] = [.. Enumerable.Range(0, Rows).Select(i => Answer(direct, i))];
        }

        using IHost host = Build(root);
        await host.StartAsync();
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        bool over = false;
        int[] answered = new int[Callers];
        Task load = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var own = new Random(HashCode.Combine(seed, caller));
            while (!Volatile.Read(ref over))
            {
                int row = own.Next(Rows);
                using NamedValues inputs = Row(row);
                var context = new RunContext { RoutingKey = own.Next(100).ToString() };
                using NamedValues outputs = await runner.RunAsync(inputs, context);
                float[] want = expected[context.Record.VersionServed!][row];
                Assert.All(((TensorValue)outputs.GetAt(0).Value).AsSpan<float>().ToArray().Zip(want), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
                answered[caller]++;
            }
        })));
        for (int reload = 0; reload < 30; reload++)
        {
            int seen = answered.Sum();
            Change(configuration, random);
            try
            {
                configuration.Reload();
            }
            catch (Exception)
            {
                // The host's own monitor of validated options throws at whoever reloads; the models keep what they had.
            }

            await Eventually.TrueAsync(() => load.IsCompleted || answered.Sum() > seen + 20);
            Assert.InRange(runner.GetService<IBatchingStatus>()!.QueuedRows, 0, MostQueued);
            Assert.InRange(runner.GetService<ICacheControl>()!.Statistics.Bytes, 0, 1 << 20);
            if (load.IsCompleted)
            {
                break;
            }
        }

        // After all that, a valid change is still taken up.
        foreach ((string key, string? value) in Valid)
        {
            configuration[key] = value;
        }

        configuration.Reload();
        await Eventually.TrueAsync(() => load.IsCompleted || (runner.Info.Version == "2" && runner.GetService<ICacheControl>()!.Statistics.Bytes <= 8192), Describe(host));
        Volatile.Write(ref over, true);
        await load;
        await host.StopAsync();
    }

    private static readonly (string Key, string? Value)[] Valid =
    [
        ("versioning:Policy", "Pinned"), ("versioning:PinnedVersion", "2"), ("versioning:KeepLatest", "3"), ("caching:MaxBytes", "8192"), ("caching:TimeToLive", null),
        ("batching:MaxRows", "8"), ("batching:MaxQueuedRows", "64"), ("batching:MaxDelay", "00:00:00.0002"), ("batching:StepAside", "true"),
    ];

    // One or two settings at a time, about a third of them out of range or at odds with others.
    private static void Change(IConfigurationRoot configuration, Random random)
    {
        for (int i = random.Next(1, 3); i > 0; i--)
        {
            (string key, string?[] values) = random.Next(9) switch
            {
                0 => ("versioning:Policy", ["Latest", "Pinned"]),
                1 => ("versioning:PinnedVersion", ["1", "2", "3", "9", null]),
                2 => ("versioning:KeepLatest", ["3", "-1"]),
                3 => ("caching:MaxBytes", ["4096", "65536", "1048576", "1"]),
                4 => ("caching:TimeToLive", ["00:00:00.01", null, "-00:00:01"]),
                5 => ("batching:MaxRows", ["1", "4", "32", "0", "100"]),
                6 => ("batching:MaxQueuedRows", ["32", "64", "0"]),
                7 => ("batching:MaxDelay", ["0", "00:00:00.001", "01:00:00"]),
                _ => ("batching:StepAside", (string?[])["true", "false", "perhaps"]),
            };
            configuration[key] = values[random.Next(values.Length)];
        }
    }

    private static IHost Build(string root)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["batching:MaxQueuedRows"] = $"{MostQueued}",
            ["batching:MaxRows"] = "8",
            ["batching:QueueFull"] = "Wait",
            ["caching:MaxBytes"] = "65536",

            // All stay loaded: a version that comes while the options of its stages are not valid is refused until its next try.
            ["versioning:KeepLatest"] = "3",
        });
        builder.Services.Configure<VersioningOptions>("ranker", builder.Configuration.GetSection("versioning"));
        builder.Services.Configure<CachingOptions>("ranker", builder.Configuration.GetSection("caching"));
        builder.Services.Configure<BatchingOptions>("ranker", builder.Configuration.GetSection("batching"));
        builder.Services.AddModel("ranker", o => o.Source = ModelSource.Directory(root)).UseVersioning().PerVersion(v => v.UseCaching().UseBatching());
        return builder.Build();
    }

    private static string Describe(IHost host)
    {
        var runner = host.Services.GetRequiredKeyedService<IModelRunner>("ranker");
        return $"{runner.Info.Version}: {((IModelStatus)runner).Description}";
    }

    private static NamedValues Row(int id)
    {
        var random = new Random(id);
        float[] row = [.. Enumerable.Range(0, SoakModel.Features).Select(_ => random.NextSingle())];
        return new NamedValues { ["x"] = TensorValue.Copy<float>(row, [1, SoakModel.Features]) };
    }

    private static float[] Answer(IModelRunner runner, int id)
    {
        using NamedValues inputs = Row(id);
        using NamedValues outputs = runner.Run(inputs);
        return ((TensorValue)outputs.GetAt(0).Value).AsSpan<float>().ToArray();
    }
}
