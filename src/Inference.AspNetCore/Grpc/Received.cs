using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Grpc;

/// <summary>What a message of a request was read to: the request, or the fault that it has.</summary>
internal sealed record Received<T>(T? Request, RequestFault? Fault)
    where T : class
{
    /// <exception cref="RequestFault">The message has a fault.</exception>
    public T Take() => Fault is null ? Request! : throw Fault;
}
