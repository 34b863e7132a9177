using Microsoft.Extensions.Logging;

namespace Inference.Providers;

/// <summary>What a provider may use during compilation.</summary>
public sealed class CompileContext
{
    /// <summary>The load options.</summary>
    public required ModelLoadOptions Options { get; init; }

    /// <summary>The logger to use.</summary>
    public required ILogger Logger { get; init; }
}
