using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Grpc;

/// <summary>What a message was read to: the request, or the fault that it has.</summary>
/// <param name="Request">The request; null with a fault.</param>
/// <param name="Fault">The fault.</param>
/// <param name="Bytes">The size of the message.</param>
internal sealed record Received<T>(T? Request, RequestFault? Fault, long Bytes)
    where T : class
{
    /// <exception cref="RequestFault">The message has a fault.</exception>
    public void ThrowIfFaulty()
    {
        if (Fault is not null)
        {
            throw Fault;
        }
    }
}
