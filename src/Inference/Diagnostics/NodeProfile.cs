namespace Inference.Diagnostics;

/// <summary>What one step of a model costs.</summary>
/// <param name="Name">The node's name; the first output's where it has none.</param>
/// <param name="Operator">The operator, with its domain where that is not the standard's.</param>
/// <param name="Start">When it started, from the start of the run, in the last run observed.</param>
/// <param name="Time">Median time a run.</param>
/// <param name="InputBytes">Bytes of its inputs, weights included.</param>
/// <param name="OutputBytes">Bytes of its outputs.</param>
/// <param name="Macs">Multiply-accumulate operations; 0 where it is not a matter of them, or they are inside inner graphs.</param>
/// <param name="OutputType">Type and shape of the first output.</param>
public sealed record NodeProfile(string Name, string Operator, TimeSpan Start, TimeSpan Time, long InputBytes, long OutputBytes, long Macs, string OutputType)
{
    /// <summary>Floating-point operations a second (two for each MAC), in units of 10⁹; 0 where there are no MACs.</summary>
    public double GigaflopsPerSecond => Macs == 0 || Time <= TimeSpan.Zero ? 0 : 2e-9 * Macs / Time.TotalSeconds;
}
