namespace Inference.Versioning;

/// <summary>The exception that is thrown when a version is not published because the verdict of its check is not that it passed.</summary>
public sealed class CheckRefusedException : InferenceException
{
    /// <summary>Initializes a new instance with a message.</summary>
    public CheckRefusedException(string message)
        : base(message)
    {
    }
}
