namespace Inference.Optimization;

/// <summary>The environment of an optimization: the loader that runs models, the seed, the clock and the receiver of progress. Not changed by the optimizations.</summary>
public sealed class OptimizationContext
{
    /// <summary>Loads the models that are run: the source and each candidate.</summary>
    public required IModelLoader Loader { get; init; }

    /// <summary>How models are loaded; the name is overridden.</summary>
    public ModelLoadOptions LoadOptions { get; init; } = new();

    /// <summary>The seed of every random choice; equal seeds and data give equal models. The default is 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The number of rows per run, for models with a dynamic batch size, 1 to 65536; the default is 64.</summary>
    public int BatchRows { get; init; } = 64;

    /// <summary>The clock for time limits and latencies; the default is the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives progress after every step; null, the default, for none.</summary>
    public IProgress<OptimizationProgress>? Progress { get; init; }

    internal OptimizationContext With(IModelLoader? loader = null, int? batchRows = null) =>
        new() { Loader = loader ?? Loader, LoadOptions = LoadOptions, Seed = Seed, BatchRows = batchRows ?? BatchRows, TimeProvider = TimeProvider, Progress = Progress };

    internal void Report(string stage, int step, int steps, string message = "", double? drop = null, TimeSpan? left = null) =>
        Progress?.Report(new OptimizationProgress(stage, step, steps, message, drop) { Left = left });
}
