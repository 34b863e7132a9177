using System.ComponentModel.DataAnnotations;

namespace Inference.Testing;

/// <summary>What a <see cref="ChaosModelRunner"/> does to calls. The rates are independent of each other.</summary>
public sealed class ChaosOptions
{
    /// <summary>The seed; 0 by default. The n-th call meets the same fate with the same seed, whatever runs beside it.</summary>
    public int Seed { get; set; }

    /// <summary>The share of calls that fail with <see cref="Fault"/>, 0 to 1; 0 by default.</summary>
    [Range(0.0, 1.0)]
    public double FaultRate { get; set; }

    /// <summary>Makes the error of a failed call from its number, from 0; <see cref="ModelRunException"/> by default.</summary>
    public Func<long, Exception> Fault { get; set; } = call => new ModelRunException($"Chaos: call {call} was made to fail.");

    /// <summary>The share of calls that are delayed by <see cref="Delay"/>, 0 to 1; 0 by default.</summary>
    [Range(0.0, 1.0)]
    public double DelayRate { get; set; }

    /// <summary>How long a delayed call waits before it runs; 100 ms by default.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The share of answered calls whose tensors have a row too many, 0 to 1; 0 by default.</summary>
    [Range(0.0, 1.0)]
    public double WrongShapeRate { get; set; }

    /// <summary>The clock of delays; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
