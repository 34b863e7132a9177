using Inference.Batching;
using Inference.Benchmarks.Soak;
using Inference.Caching;
using Inference.Onnx;
using Inference.Validation;
using Inference.Versioning;

namespace Inference.Benchmarks.Versioning;

/// <summary>Identical canaries on the real engine and clock: a served model, the same bytes published as a new version, and callers that never stop.</summary>
internal static class RealCanaries
{
    private const int Callers = 4;
    private const int Before = 2_000;
    private const int Calls = 8_000;

    /// <summary>Runs a trial.</summary>
    /// <returns>Why the canary was rolled back; null if it was not.</returns>
    public static async Task<string?> RunAsync(string pipeline, int seed)
    {
        string root = Path.Combine(Path.GetTempPath(), "inference-canary-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(root);
        byte[] bytes = SoakModel.Make(1);
        SoakModel.Publish(root, "1", bytes);
        bool all = pipeline == "all";
        try
        {
            var options = new VersioningOptions { Watch = false, Rollout = RolloutMode.Canary };
            options.Canary.Percent = 20;
            VersionedModelRunner versions = await ModelRepository.OpenAsync(
                root, ModelLoader.Default, new ModelRepositoryOptions { Versioning = options, Load = new ModelLoadOptions { Name = "ranker" }, PerVersion = v => Stages(v, pipeline, all) }).ConfigureAwait(false);
            using IModelRunner spare = await ModelLoader.Default.LoadAsync(ModelSource.Bytes(bytes), new ModelLoadOptions()).ConfigureAwait(false);
            var outer = versions.AsBuilder();
            if (all || pipeline == "fallback")
            {
                outer.UseFallback(o => o.AttemptTimeout = TimeSpan.FromSeconds(1), spare);
            }

            using IModelRunner runner = outer.Build();
            var model = new SoakModel(seed);
            await LoadAsync(runner, model, Before, seed, () => false).ConfigureAwait(false);
            SoakModel.Publish(root, "2", bytes);
            await versions.Versions.RefreshAsync().ConfigureAwait(false);
            await LoadAsync(runner, model, Calls, seed + 1, () => versions.Versions.Canary is null).ConfigureAwait(false);
            if (versions.Versions.Canary is not null)
            {
                return null;
            }

            for (int i = 0; i < 1_000; i++)
            {
                if ((await versions.Versions.ReadAuditAsync().ConfigureAwait(false)).LastOrDefault(d => d.Action == "rollback") is { } decision)
                {
                    return decision.Reason;
                }

                await Task.Delay(10).ConfigureAwait(false);
            }

            return "no decision was recorded";
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void Stages(IModelPipelineBuilder builder, string pipeline, bool all)
    {
        if (all || pipeline.Contains("validation", StringComparison.Ordinal))
        {
            builder.UseValidation();
        }

        if (all || pipeline.Contains("cache", StringComparison.Ordinal))
        {
            builder.UseCaching(o => o.Adaptive = false);
        }

        if (all || pipeline.Contains("batching", StringComparison.Ordinal))
        {
            builder.UseBatching();
        }
    }

    private static Task LoadAsync(IModelRunner runner, SoakModel model, int calls, int seed, Func<bool> isOver) => Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
    {
        var random = new Random((seed * Callers) + caller);
        for (int i = 0; i < calls / Callers && !isOver(); i++)
        {
            // Half of the rows are asked again and again.
            float[] row = [.. model.Row(random.Next(SoakModel.Rows))];
            row[0] = random.Next(2) == 0 ? row[0] : random.NextSingle();
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(row, [1, SoakModel.Features]) };
            (await runner.RunAsync(inputs).ConfigureAwait(false)).Dispose();
        }
    })));
}
