using Inference.Remote.Wire;

namespace Inference.Remote.Transport;

/// <summary>Sends calls to one server. Thread-safe.</summary>
internal interface IRemoteTransport : IDisposable
{
    /// <summary>Runs the model.</summary>
    /// <param name="call">The call.</param>
    /// <param name="timeout">The time that is left, which the server is told; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="TransportException">It failed.</exception>
    /// <exception cref="InferenceException">The inputs cannot be sent, or the answer is not valid.</exception>
    ValueTask<InferReply> InferAsync(InferCall call, TimeSpan? timeout, CancellationToken cancellationToken);

    /// <summary>Asks for the description of a model.</summary>
    /// <exception cref="TransportException">It failed.</exception>
    /// <exception cref="InferenceException">The answer is not valid.</exception>
    ValueTask<RemoteSignature> DescribeAsync(string model, string? version, CancellationToken cancellationToken);
}
