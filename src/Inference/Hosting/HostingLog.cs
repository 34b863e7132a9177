using Microsoft.Extensions.Logging;

namespace Inference.Hosting;

/// <summary>Log messages of hosted models.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Model '{Model}' could not be loaded in the background: {Reason} The next call loads it again.")]
    public static partial void BackgroundLoadFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Model '{Model}': the warm-up run failed: {Reason}")]
    public static partial void WarmUpFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Model '{Model}': the changed options are invalid and were ignored: {Reason}")]
    public static partial void OptionsRejected(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Model '{Model}': {Options} changed after it was loaded and have no effect. Restart the process to load it with the new values.")]
    public static partial void OptionsNotFollowed(ILogger logger, string model, string options);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Model '{Model}' is loaded, but its pipeline failed the startup check: {Reason}")]
    public static partial void CheckFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 6, Level = LogLevel.Error, Message = "The configuration file '{File}' changed and cannot be read; models keep the last good options: {Reason} Correct the file.")]
    public static partial void ConfigurationUnreadable(ILogger logger, string file, string reason);
}
