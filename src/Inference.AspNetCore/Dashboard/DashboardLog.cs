using Microsoft.Extensions.Logging;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Log messages of the dashboard.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Dashboard: '{Actor}' did '{Action}' on model '{Model}' ({Subject}): {Reason}")]
    public static partial void Acted(ILogger logger, string actor, string action, string model, string subject, string reason);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "Dashboard: '{Actor}' could not do '{Action}' on model '{Model}' ({Subject}): {Why}")]
    public static partial void NotActed(ILogger logger, string actor, string action, string model, string subject, string why);

    [LoggerMessage(EventId = 22, Level = LogLevel.Debug, Message = "Dashboard: the state of model '{Model}' could not be read.")]
    public static partial void CannotRead(ILogger logger, string model, Exception exception);
}
