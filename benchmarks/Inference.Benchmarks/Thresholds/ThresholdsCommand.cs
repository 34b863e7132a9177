using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Thresholds;

/// <summary>
/// Where the choices that depend on sizes pay: thresholds [--seconds 0.3]. For each constant, work of an eighth of its value to eight times it is done by both choices in turns: the size from
/// which the choice above is the faster one, and how many times as fast it is at half and at double the value. A threshold is well placed where the first is below 1 and the second above.
/// Jobs are shared by two threads.
/// </summary>
internal static class ThresholdsCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        double seconds = ServingArguments.Parse(args, 0.3, 1).Seconds;
        ThresholdCase[] cases = [.. SharedCases.All, .. ProductCases.All, .. ConvolutionCases.All, .. OtherCases.All];
        // First for nothing, so that all code is compiled in its last form.
        Array.ForEach(cases, c => ThresholdMeasurement.Of(c, Math.Min(seconds, 0.02)));
        Console.WriteLine("| constant | value | measured crossover | ratio at half the value | at double |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        Array.ForEach(cases, c => Console.WriteLine(ThresholdMeasurement.Of(c, seconds).Row()));

        return Task.FromResult(0);
    }
}
