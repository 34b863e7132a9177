namespace Inference.Remote.Transport;

/// <summary>An attempt failed.</summary>
internal sealed class TransportException(TransportFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The time after which the server asks to be called again; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether nothing ran, so that the call may be attempted again.</summary>
    public bool NothingRan => failure is TransportFailure.NotReached or TransportFailure.Overloaded;

    /// <summary>Whether the failure says something about the server rather than about the call.</summary>
    public bool IsOfServer => failure is TransportFailure.NotReached or TransportFailure.Overloaded or TransportFailure.Failed;

    /// <summary>The exception for the caller.</summary>
    public InferenceException ToCaller(Uri endpoint, string model) => failure switch
    {
        TransportFailure.InvalidInput => new InvalidInputException($"Model '{model}' at {endpoint}: the server refused the inputs: {Message}", this),
        TransportFailure.Overloaded => new OverloadedException($"Model '{model}' at {endpoint}: the server refused the call: {Message} Retry later, or add servers.", this),
        TransportFailure.DeadlineExceeded => new DeadlineExceededException($"Model '{model}' at {endpoint}: the server's time limit passed: {Message}", this),
        TransportFailure.NotFound => new RemoteModelException($"Model '{model}' at {endpoint}: expected a server that has the model, got: {Message} Check the options Model and Version.", this) { Endpoint = endpoint },
        TransportFailure.NotAllowed => new RemoteModelException($"Model '{model}' at {endpoint}: the server refused access: {Message} Check the options Headers and Authorization.", this) { Endpoint = endpoint },
        TransportFailure.NotReached => new RemoteModelException($"Model '{model}' at {endpoint}: the server was not reached: {Message} Check the address and that the server runs.", this) { Endpoint = endpoint },
        TransportFailure.TooLarge => new RemoteModelException($"Model '{model}' at {endpoint}: {Message} Raise MaxResponseBytes, or send fewer rows.", this) { Endpoint = endpoint, MayHaveRun = true },
        _ => new RemoteModelException($"Model '{model}' at {endpoint}: the server failed: {Message}", this) { Endpoint = endpoint, MayHaveRun = true },
    };
}
