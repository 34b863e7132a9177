using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Telemetry;

internal static partial class VersioningLog
{
    [LoggerMessage(1, LogLevel.Information, "Model '{Model}': the default version is now '{Version}', previously '{From}' ({By}: {Reason}).")]
    public static partial void DefaultChanged(ILogger logger, string model, string version, string? from, string by, string reason);

    [LoggerMessage(2, LogLevel.Error, "Model '{Model}': version '{Version}' was refused at gate {Gate}: {Reason} The serving versions are unaffected; it is retried when its files change or after {RetryAfter}.")]
    public static partial void Refused(ILogger logger, string model, string version, VersionGate gate, string reason, TimeSpan retryAfter);

    [LoggerMessage(3, LogLevel.Warning, "Model '{Model}': canary '{Version}' was rolled back ({By}): {Reason}")]
    public static partial void CanaryRolledBack(ILogger logger, string model, string version, string by, string reason);

    [LoggerMessage(4, LogLevel.Information, "Model '{Model}': version '{Version}' is a canary with {Percent} percent of the calls.")]
    public static partial void CanaryStarted(ILogger logger, string model, string version, double percent);

    [LoggerMessage(5, LogLevel.Debug, "Model '{Model}': version '{Version}' could not be warmed up with zeros: {Reason}")]
    public static partial void WarmupSkipped(ILogger logger, string model, string version, string reason);

    [LoggerMessage(6, LogLevel.Error, "Model '{Model}': the log of decisions cannot be read: {Reason} Earlier decisions stay in effect.")]
    public static partial void LogUnreadable(ILogger logger, string model, string reason);

    [LoggerMessage(7, LogLevel.Error, "Model '{Model}': {Action} of version '{Version}' by {Actor} is in effect in memory only until it can be written: {Reason}")]
    public static partial void NotWritten(ILogger logger, string model, string action, string version, string actor, string reason);

    [LoggerMessage(8, LogLevel.Error, "Model '{Model}': the changed options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    public static partial void OptionsRejected(ILogger logger, string model, string reason);

    /// <summary>The same, for stages that hold no logger.</summary>
    public static void OptionsRejected(IServiceProvider services, string model, Exception exception)
    {
        if (services.GetService<ILoggerFactory>()?.CreateLogger("Inference.Versioning") is { } logger)
        {
            OptionsRejected(logger, model, exception.Message);
        }
    }

    [LoggerMessage(9, LogLevel.Error, "Model '{Model}': the repository could not be read: {Reason} The loaded versions keep serving; the repository is read again at the next poll.")]
    public static partial void RefreshFailed(ILogger logger, string model, string reason);

    [LoggerMessage(10, LogLevel.Warning, "Model '{Model}': changes in '{Directory}' are not notified ({Reason}); the directory is polled every {Interval}.")]
    public static partial void NotWatching(ILogger logger, string model, string directory, string reason, TimeSpan interval);

    [LoggerMessage(11, LogLevel.Warning, "Model '{Model}': unloading version '{Version}' failed: {Reason}")]
    public static partial void UnloadFailed(ILogger logger, string model, string version, string reason);

    [LoggerMessage(12, LogLevel.Information, "Model '{Model}': version '{Version}' was unloaded.")]
    public static partial void Unloaded(ILogger logger, string model, string version);

    [LoggerMessage(13, LogLevel.Information, "Model '{Model}': version '{Version}' was loaded and passed its gates.")]
    public static partial void Loaded(ILogger logger, string model, string version);

    [LoggerMessage(14, LogLevel.Warning, "Model '{Model}': version '{Version}' is required by name or label, but is not in the repository.")]
    public static partial void Missing(ILogger logger, string model, string version);

    [LoggerMessage(15, LogLevel.Warning, "Model '{Model}': {Notice} The decision had not been acknowledged.")]
    public static partial void TailCut(ILogger logger, string model, string notice);

    [LoggerMessage(16, LogLevel.Warning, "Model '{Model}': the log of decisions '{Path}' could not be archived and continues to grow: {Reason}")]
    public static partial void NotCut(ILogger logger, string model, string path, string reason);

    [LoggerMessage(17, LogLevel.Warning, "Model '{Model}': {Action} of version '{Version}' by {Actor}, made while the log could not be written, was dropped: {Other} was written first.")]
    public static partial void Superseded(ILogger logger, string model, string action, string version, string actor, string other);

    [LoggerMessage(18, LogLevel.Information, "Model '{Model}': {Decision}, made while the log could not be written, was written.")]
    public static partial void WrittenLate(ILogger logger, string model, string decision);

    [LoggerMessage(19, LogLevel.Warning, "Model '{Model}': version '{Version}' serves in place of the selected version '{Wanted}', which did not load.")]
    public static partial void StandsIn(ILogger logger, string model, string version, string wanted);

    [LoggerMessage(20, LogLevel.Warning, "Model '{Model}': the fallback answered {Share:P0} of the calls of the last minute.")]
    public static partial void FallbackAnswers(ILogger logger, string model, double share);

    [LoggerMessage(21, LogLevel.Error, "Model '{Model}': the log of decisions could not be signed; it is tried again: {Reason}")]
    public static partial void NotSigned(ILogger logger, string model, string reason);

    [LoggerMessage(22, LogLevel.Warning, "Model '{Model}': {Action} could not be recorded in the log of decisions: {Reason}")]
    public static partial void NotRecorded(ILogger logger, string model, string action, string reason);
}
