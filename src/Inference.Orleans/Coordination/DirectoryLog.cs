using Microsoft.Extensions.Logging;

namespace Inference.Orleans.Coordination;

/// <summary>The messages of this room.</summary>
internal static partial class DirectoryLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Text}")]
    public static partial void Stale(ILogger logger, string text);

    [LoggerMessage(2, LogLevel.Information, "Model '{Model}': the directory of the cluster is in reach again.")]
    public static partial void Reached(ILogger logger, string model);

    [LoggerMessage(3, LogLevel.Warning, "Model '{Model}': a decision was announced and could not be taken up yet: {Reason}")]
    public static partial void NotRefreshed(ILogger logger, string model, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Model '{Model}': decision {Sequence} was written and could not be announced; the other silos read it within their interval: {Reason}")]
    public static partial void NotAnnounced(ILogger logger, string model, long sequence, string reason);
}
