using Microsoft.Extensions.Logging;

namespace Inference.Placement;

/// <summary>Log events of loading and placement.</summary>
internal static partial class PlacementLog
{
    [LoggerMessage(1, LogLevel.Warning, "Provider '{Provider}' failed to compile {Nodes} nodes it claimed of model '{Model}'; the next provider takes over.")]
    public static partial void CompileFailed(ILogger logger, string provider, int nodes, string model, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Model '{Model}' was loaded: {Placement}.")]
    public static partial void Placed(ILogger logger, string model, string placement);
}
