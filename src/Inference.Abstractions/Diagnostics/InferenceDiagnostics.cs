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
