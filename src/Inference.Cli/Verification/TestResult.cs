namespace Inference.Cli.Verification;

/// <summary>The outcome of one test: <c>pass</c>, <c>fail</c> or <c>unsupported</c>.</summary>
internal sealed record TestResult(string Name, string Status, string Reason, long Milliseconds);
