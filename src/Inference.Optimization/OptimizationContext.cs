namespace Inference.Optimization;

/// <summary>What every optimization needs: a loader to run models with, a seed, a clock, somewhere to report to. Not changed by the optimizations.</summary>
public sealed class OptimizationContext
{
    /// <summary>Loads the models that are run: the source, and each candidate.</summary>
    public required IModelLoader Loader { get; init; }

    /// <summary>How models are loaded; the name is replaced.</summary>
    public ModelLoadOptions LoadOptions { get; init; } = new();

    /// <summary>Seeds every random choice; equal seeds and data give equal models. 1 by default.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Rows run at once where the model's batch size is free, 1 to 65536, 64 by default.</summary>
    public int BatchRows { get; init; } = 64;

    /// <summary>The clock for time limits and latencies.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Told of every step; null: nobody.</summary>
    public IProgress<OptimizationProgress>? Progress { get; init; }

    internal OptimizationContext With(IModelLoader loader) =>
        new() { Loader = loader, LoadOptions = LoadOptions, Seed = Seed, BatchRows = BatchRows, TimeProvider = TimeProvider, Progress = Progress };

    internal void Report(string stage, int step, int steps, string message = "", double? drop = null) =>
        Progress?.Report(new OptimizationProgress(stage, step, steps, message, drop));
}
