using Inference.Batching;
using Inference.Caching;
using Inference.Validation;
using Inference.Versioning;
using Inference.Versioning.Repository;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Benchmarks.Versioning;

/// <summary>How a simulated canary differs from the default.</summary>
internal sealed record SimulatedFault(string Name, double MoreErrors = 0, double Slowdown = 1, bool Hangs = false)
{
    public static SimulatedFault[] All { get; } =
    [
        new("identical"),
        new("+5 points of errors", MoreErrors: 0.05),
        new("+20 % of model time", Slowdown: 1.2),
        new("never answers", Hangs: true),
    ];
}

/// <summary>Simulates the trial of a canary through the whole pipeline: a default that has served for a while, a version that is published then, and calls that arrive at random. Compiled into the tests of versioning too.</summary>
internal static class PipelineSimulation
{
    private const int Before = 400;
    private const double Percent = 20;

    // Half of the calls ask for one of a few rows, which caches answer; the others for rows of their own.
    private const int PopularRows = 50;
    private const double PopularShare = 0.5;
    private const double BaseErrors = 0.01;
    private const double MillisecondsBetweenCalls = 0.4;
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);

    public static string[] Pipelines { get; } = ["bare", "cache", "batching", "cache+batching", "fallback", "cascade", "validation+cache+batching", "all"];

    /// <summary>Runs a trial on the calling thread, which must not be one of the pool.</summary>
    /// <returns>The calls until the canary was rolled back, counted from its publication; null if it never was.</returns>
    public static int? Run(string pipeline, SimulatedFault fault, int calls, int seed)
    {
        string root = Path.Combine(Path.GetTempPath(), "inference-canary-" + Guid.NewGuid().ToString("N"));
        Publish(root, "1");
        try
        {
            return Run(root, pipeline, fault, calls, seed);
        }
        finally
        {
            Delete(root);
        }
    }

    // A rollback may just be written.
    private static void Delete(string root)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                Directory.Delete(root, recursive: true);
                return;
            }
            catch (IOException) when (i < 100)
            {
                Thread.Sleep(1);
            }
        }
    }

    private static int? Run(string root, string pipeline, SimulatedFault fault, int calls, int seed)
    {
        var clock = new SimulatedClock();
        var random = new Random(seed);
        bool all = pipeline == "all";
        var options = new VersioningOptions { Watch = false, WarmupRuns = 0, Rollout = RolloutMode.Canary };
        options.Canary.Percent = Percent;
        options.Canary.LatencyTolerance = fault.Slowdown > 1 ? 1.1 : 1;
        options.Canary.PromoteAfterCalls = fault.Hangs ? 200 : null;
        var loader = new Loader(clock, fault, seed);
        ServiceProvider services = new ServiceCollection().AddSingleton<TimeProvider>(clock).BuildServiceProvider();
        var perVersion = new ModelPipeline("ranker");
        if (all || pipeline.Contains("validation", StringComparison.Ordinal))
        {
            perVersion.UseValidation();
        }

        if (all || pipeline.Contains("cache", StringComparison.Ordinal))
        {
            perVersion.UseCaching(o => o.Adaptive = false);
        }

        if (all || pipeline.Contains("batching", StringComparison.Ordinal))
        {
            // The simulated processor is never busy, so that a batcher would step aside.
            perVersion.UseBatching(o => o.StepAside = false);
        }

        var setup = new RepositorySetup("ranker", root, loader, new ModelLoadOptions(), runner => perVersion.Build(runner, services), clock, NullLogger.Instance, null, null);
        VersionedModelRunner versions = ModelRepository.OpenCoreAsync(setup, options, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        using var small = new SimulatedModel("small", "1", clock, seed + 3) { Fixed = 0.05, PerRow = 0.01 };
        using var spare = new SimulatedModel("spare", "1", clock, seed + 4);
        var outer = versions.AsBuilder();
        if (all || pipeline == "fallback")
        {
            outer.UseFallback(o => o.AttemptTimeout = s_limit, spare);
        }

        if (all || pipeline == "cascade")
        {
            outer.UseCascade(small: small);
        }

        IModelRunner runner = outer.Build(services);
        int? found = null;
        long at = clock.GetTimestamp();
        for (int i = -Before; i < calls && found is null; i++)
        {
            if (i == 0)
            {
                Publish(root, "2");
                versions.Versions.RefreshAsync().AsTask().GetAwaiter().GetResult();
            }

            at += (long)(-Math.Log(1 - random.NextDouble()) * MillisecondsBetweenCalls * TimeSpan.TicksPerMillisecond);
            clock.RunUntil(at);
            if (i > 0 && versions.Versions.Canary is null)
            {
                found = i;
                break;
            }

            float row = random.NextDouble() < PopularShare ? random.Next(PopularRows) : 1_000 + random.Next(1 << 23);
            var context = new RunContext { RoutingKey = $"{seed}/{i}", Deadline = fault.Hangs ? clock.GetUtcNow() + s_limit : null };
            _ = CallAsync(runner, row, context);
            clock.Settle();
        }

        // What hangs is left behind.
        clock.RunUntil(at + TimeSpan.TicksPerSecond);
        if (fault.Hangs)
        {
            versions.Dispose();
        }
        else
        {
            runner.Dispose();
            clock.Settle();
        }

        return found;
    }

    private static async Task CallAsync(IModelRunner runner, float row, RunContext context)
    {
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy([row], [1, 1]) };
        try
        {
            (await runner.RunAsync(inputs, context).ConfigureAwait(false)).Dispose();
        }
        catch (InferenceException)
        {
            // A row that fails.
        }
    }

    private static void Publish(string root, string version)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, version)).FullName;
        File.WriteAllText(Path.Combine(folder, "model.onnx"), version);
    }

    private sealed class Loader(SimulatedClock clock, SimulatedFault fault, int seed) : IModelLoader
    {
        public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default) => new(options.Version == "2"
            ? new SimulatedModel("ranker", "2", clock, seed + 2) { Errors = BaseErrors + fault.MoreErrors, Slowdown = fault.Slowdown, Hangs = fault.Hangs }
            : new SimulatedModel("ranker", "1", clock, seed + 1) { Errors = BaseErrors });
    }
}
