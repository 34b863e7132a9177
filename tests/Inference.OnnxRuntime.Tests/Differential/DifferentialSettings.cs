using System.Globalization;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>How many cases are drawn, and from which seed; <c>eng/differential.sh COUNT SEED</c> sets both.</summary>
internal static class DifferentialSettings
{
    public static int Count { get; } = Read("INFERENCE_DIFFERENTIAL_COUNT", 20);

    public static int Seed { get; } = Read("INFERENCE_DIFFERENTIAL_SEED", 1);

    private static int Read(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
