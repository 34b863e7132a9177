namespace Inference.Cli.Running;

/// <summary>The exception that is thrown when a result is refused because it misses a bound: exit code 2.</summary>
internal sealed class BoundException(string message) : InferenceException(message);
