using Microsoft.Extensions.Logging;

namespace Inference.Providers;

/// <summary>What a provider may use while it compiles.</summary>
public sealed class CompileContext
{
    /// <summary>The load options.</summary>
    public required ModelLoadOptions Options { get; init; }

    /// <summary>Where to log.</summary>
    public required ILogger Logger { get; init; }
}
