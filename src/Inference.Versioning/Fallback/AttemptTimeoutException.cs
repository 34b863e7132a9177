namespace Inference.Versioning.Fallback;

/// <summary>An attempt took longer than it was given; raised between the layers of a fallback.</summary>
internal sealed class AttemptTimeoutException(string message) : DeadlineExceededException(message);
