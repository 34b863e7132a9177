namespace Inference.Benchmarks.Monitoring;

/// <summary>What feedback adds to a call.</summary>
/// <param name="Nanoseconds">Time on the thread of the call.</param>
/// <param name="Bytes">Bytes on the thread of the call.</param>
/// <param name="ProcessNanoseconds">Processor time of all threads.</param>
/// <param name="ProcessBytes">Bytes of all threads.</param>
internal readonly record struct CallCost(double Nanoseconds, double Bytes, double ProcessNanoseconds, double ProcessBytes);
