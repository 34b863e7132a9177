namespace Inference.Cli.Running;

/// <summary>The command line itself is wrong: exit code 64.</summary>
internal sealed class UsageException(string message) : InferenceException(message);
