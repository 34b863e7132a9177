using Microsoft.Extensions.Logging;

namespace Inference.Orleans.Silos;

/// <summary>The messages of this room.</summary>
internal static partial class SiloLog
{
    [LoggerMessage(1, LogLevel.Debug, "The silo could not exchange its load with the others; the last known loads are used: {Reason}")]
    public static partial void NotExchanged(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Model '{Model}': counts could not be exchanged with the other silos and are sent again: {Reason}")]
    public static partial void EvidenceNotExchanged(ILogger logger, string model, string reason);
}
