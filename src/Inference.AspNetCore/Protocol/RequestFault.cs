using System.Diagnostics.CodeAnalysis;

namespace Inference.AspNetCore.Protocol;

/// <summary>A request that is answered by an error. The message is for the caller.</summary>
internal sealed class RequestFault(FaultKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public FaultKind Kind { get; } = kind;

    /// <exception cref="RequestFault">Always.</exception>
    [DoesNotReturn]
    public static void Throw(string message) => throw new RequestFault(FaultKind.InvalidArgument, message);
}
