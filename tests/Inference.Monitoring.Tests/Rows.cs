using Inference.TestSupport;

namespace Inference.Monitoring.Tests;

/// <summary>Rows for profiles and calls.</summary>
internal static class Rows
{
    /// <summary>Normal numbers with a mean and deviation for each of <paramref name="width"/> columns.</summary>
    public static float[] Normal(Random random, int rows, int width, double mean = 0, double deviation = 1)
    {
        var data = new float[rows * width];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (float)(mean + (deviation * Gauss(random)));
        }

        return data;
    }

    public static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Inputs of <see cref="FakeModel"/>.</summary>
    public static NamedValues Inputs(float[] data, int width = FakeModel.InputWidth, string name = FakeModel.Input) =>
        new() { [name] = TensorValue.Copy<float>(data, [data.Length / width, width]) };

    /// <summary>A profile of normal inputs of <see cref="FakeModel"/> and its outputs.</summary>
    public static ReferenceProfile Profile(int rows = 2_000, int seed = 1, ModelInfo? info = null, ReferenceProfileOptions? options = null)
    {
        using var builder = new ReferenceProfileBuilder(info ?? FakeModel.Info(), options);
        using NamedValues inputs = Inputs(Normal(new Random(seed), rows, FakeModel.InputWidth));
        using NamedValues outputs = FakeModel.Compute(inputs);
        builder.Add(inputs, outputs);
        return builder.Build();
    }
}
