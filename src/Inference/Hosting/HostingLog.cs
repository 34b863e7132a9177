using Microsoft.Extensions.Logging;

namespace Inference.Hosting;

/// <summary>What the hosting of models logs.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Model '{Model}' could not be loaded in the background: {Reason} The next call tries again.")]
    public static partial void BackgroundLoadFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Model '{Model}': the warm-up failed: {Reason}")]
    public static partial void WarmUpFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Model '{Model}': changed options were rejected, the last good ones hold: {Reason}")]
    public static partial void OptionsRejected(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Model '{Model}': {Options} changed since it was loaded and are not followed. Restart the process to load it with them.")]
    public static partial void OptionsNotFollowed(ILogger logger, string model, string options);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Model '{Model}' serves, but something it refers to is not right: {Reason}")]
    public static partial void CheckFailed(ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 6, Level = LogLevel.Error, Message = "The configuration file '{File}' changed and cannot be read; models keep the last good options: {Reason} Correct the file.")]
    public static partial void ConfigurationUnreadable(ILogger logger, string file, string reason);
}
