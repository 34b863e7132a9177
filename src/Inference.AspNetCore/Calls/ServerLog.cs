using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.Logging;

namespace Inference.AspNetCore.Calls;

/// <summary>Log messages of the server.</summary>
internal static partial class ServerLog
{
    /// <summary>Logs faults that are the server's own.</summary>
    public static void Failed(ILogger logger, RequestFault fault)
    {
        if (fault.Kind == FaultKind.Internal || fault.InnerException is ModelLoadException)
        {
            CallFailed(logger, fault.Message, fault.InnerException);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A call failed: {Reason}")]
    private static partial void CallFailed(ILogger logger, string reason, Exception? exception);
}
