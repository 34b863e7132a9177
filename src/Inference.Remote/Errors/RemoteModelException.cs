namespace Inference.Remote;

/// <summary>A remote server could not be reached, ended the connection, or failed while it ran the model.</summary>
public class RemoteModelException : ModelRunException
{
    /// <summary>Creates an exception with a message.</summary>
    public RemoteModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public RemoteModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The address of the server; null if the error is not about a single one.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether the model may have run: false if the server was not reached or refused the call.</summary>
    public bool MayHaveRun { get; init; }
}
