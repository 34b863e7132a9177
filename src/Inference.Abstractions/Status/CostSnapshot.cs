namespace Inference.Status;

/// <summary>The processor time, and by a price the money, that the runs of a model or version took since it was loaded.</summary>
/// <remarks>Measured is the processor time of the thread that ran the model, of one run in some, from the call until it returned: all of it for models that run on one thread, the calling thread's part for models that share their work with other
/// threads. Runs that ended later on another thread are counted, but not measured.</remarks>
public sealed record CostSnapshot
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The version; empty for none.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Runs of the model.</summary>
    public long Runs { get; init; }

    /// <summary>Predictions: rows of these runs, or runs for models without a batch axis.</summary>
    public long Predictions { get; init; }

    /// <summary>Predictions of the runs that were measured.</summary>
    public long MeasuredPredictions { get; init; }

    /// <summary>Processor seconds of these.</summary>
    public double MeasuredCpuSeconds { get; init; }

    /// <summary>Predictions of runs that ended on another thread than they began, which are not measured.</summary>
    public long UnmeasuredPredictions { get; init; }

    /// <summary>Processor seconds for 1,000 predictions; NaN while none was measured.</summary>
    public double CpuSecondsPerThousand => MeasuredPredictions == 0 ? double.NaN : MeasuredCpuSeconds / MeasuredPredictions * 1_000;

    /// <summary>The price of a core for an hour; null if none is stated.</summary>
    public double? PricePerCoreHour { get; init; }

    /// <summary>Money for 1,000 predictions, in the unit of the price; null without a price or a measurement.</summary>
    public double? MoneyPerThousand => PricePerCoreHour is { } price && MeasuredPredictions > 0 ? CpuSecondsPerThousand / 3_600 * price : null;

    /// <summary>Processor seconds of the whole process since the version was loaded: what all models, and everything else, took together.</summary>
    public double ProcessCpuSeconds { get; init; }
}
