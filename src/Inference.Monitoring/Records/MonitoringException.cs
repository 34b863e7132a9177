namespace Inference.Monitoring;

/// <summary>A profile or window could not be read, made or used.</summary>
public class MonitoringException : InferenceException
{
    /// <summary>Creates an exception with a message.</summary>
    public MonitoringException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public MonitoringException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
