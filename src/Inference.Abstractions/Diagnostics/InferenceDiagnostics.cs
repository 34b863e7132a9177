namespace Inference.Diagnostics;

/// <summary>Names of metrics, activities and tags. Tags never contain input data.</summary>
public static class InferenceDiagnostics
{
    /// <summary>Name of the <see cref="System.Diagnostics.Metrics.Meter"/> that every package uses.</summary>
    public const string MeterName = "Inference";

    /// <summary>Name of the <see cref="System.Diagnostics.ActivitySource"/> that every package uses.</summary>
    public const string ActivitySourceName = "Inference";

    /// <summary>Histogram of call durations, in seconds.</summary>
    public const string RunDuration = "inference.run.duration";

    /// <summary>Up-down counter of calls in flight.</summary>
    public const string RunsInFlight = "inference.run.active";

    /// <summary>Histogram of model load durations, in seconds.</summary>
    public const string LoadDuration = "inference.load.duration";

    /// <summary>Tag: the model's name.</summary>
    public const string ModelTag = "inference.model";

    /// <summary>Tag: the version served.</summary>
    public const string VersionTag = "inference.version";

    /// <summary>Tag: the provider.</summary>
    public const string ProviderTag = "inference.provider";

    /// <summary>Tag: <c>ok</c>, <c>invalid_input</c>, <c>error</c>, <c>cancelled</c>, <c>deadline</c> or <c>shed</c>.</summary>
    public const string OutcomeTag = "inference.outcome";

    /// <summary>
    /// The bucket boundaries, in seconds, that the duration histograms advise: 10 µs to 10 s, in steps of 1, 2.5 and 5. The default boundaries of exporters start at milliseconds, above the duration of most
    /// calls. Views of the exporter override the advice.
    /// </summary>
    public static IReadOnlyList<double> DurationBoundaries { get; } = [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The value of the outcome tag for an exception; <c>ok</c> for null.</summary>
    public static string Outcome(Exception? exception) => exception switch
    {
        null => "ok",
        InvalidInputException => "invalid_input",
        DeadlineExceededException => "deadline",
        OverloadedException => "shed",
        OperationCanceledException => "cancelled",
        _ => "error",
    };
}
