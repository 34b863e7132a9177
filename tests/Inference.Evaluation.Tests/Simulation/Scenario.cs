namespace Inference.Evaluation.Tests.Simulation;

/// <summary>A claim that is simulated.</summary>
/// <param name="Name">What is simulated.</param>
/// <param name="Counted">What is counted.</param>
/// <param name="Level">The share that it may have.</param>
/// <param name="Run">One run with its own random numbers: whether it happened.</param>
internal sealed record Scenario(string Name, string Counted, double Level, Func<Random, bool> Run);
