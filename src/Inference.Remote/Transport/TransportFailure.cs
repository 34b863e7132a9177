namespace Inference.Remote.Transport;

/// <summary>Why an attempt failed.</summary>
internal enum TransportFailure
{
    /// <summary>The server was not reached: nothing ran.</summary>
    NotReached,

    /// <summary>The server refused the call because of its load or because it is not ready: nothing ran.</summary>
    Overloaded,

    /// <summary>The server does not have the model or version.</summary>
    NotFound,

    /// <summary>The server refused who calls.</summary>
    NotAllowed,

    /// <summary>The server found the inputs not valid.</summary>
    InvalidInput,

    /// <summary>The server's time limit passed.</summary>
    DeadlineExceeded,

    /// <summary>The server's answer was larger than allowed.</summary>
    TooLarge,

    /// <summary>The server failed, or the connection ended after the request was sent: the model may have run.</summary>
    Failed,
}
