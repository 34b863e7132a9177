namespace Inference.Diagnostics;

/// <summary>Names of metrics, activities and tags. Tags never carry inputs.</summary>
public static class InferenceDiagnostics
{
    /// <summary>Name of the <see cref="System.Diagnostics.Metrics.Meter"/> of every package.</summary>
    public const string MeterName = "Inference";

    /// <summary>Name of the <see cref="System.Diagnostics.ActivitySource"/> of every package.</summary>
    public const string ActivitySourceName = "Inference";

    /// <summary>Histogram, seconds: duration of calls.</summary>
    public const string RunDuration = "inference.run.duration";

    /// <summary>Up-down counter, calls: calls in flight.</summary>
    public const string RunsInFlight = "inference.run.active";

    /// <summary>Histogram, seconds: duration of loading a model.</summary>
    public const string LoadDuration = "inference.load.duration";

    /// <summary>Tag: the model's name.</summary>
    public const string ModelTag = "inference.model";

    /// <summary>Tag: the version served.</summary>
    public const string VersionTag = "inference.version";

    /// <summary>Tag: the provider.</summary>
    public const string ProviderTag = "inference.provider";

    /// <summary>Tag: <c>ok</c>, <c>invalid_input</c>, <c>error</c>, <c>cancelled</c>, <c>deadline</c> or <c>shed</c>.</summary>
    public const string OutcomeTag = "inference.outcome";

    /// <summary>The outcome tag for an exception; <c>ok</c> for none.</summary>
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
