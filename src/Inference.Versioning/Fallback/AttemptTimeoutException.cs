namespace Inference.Versioning.Fallback;

/// <summary>An attempt exceeded its time limit; raised between the layers of a fallback.</summary>
internal sealed class AttemptTimeoutException(string message) : DeadlineExceededException(message);
