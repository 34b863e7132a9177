namespace Inference.Orleans;

/// <summary>A call of a model of a cluster failed on the way: no replica answered in time, or one was lost with the call.</summary>
public class ClusterModelException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public ClusterModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public ClusterModelException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the model may have run for the call.</summary>
    public bool MayHaveRun { get; init; }
}
