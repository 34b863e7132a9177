namespace Inference.Cli.Running;

/// <summary>The exception that is thrown for an invalid command line: exit code 64.</summary>
internal sealed class UsageException(string message) : InferenceException(message);
