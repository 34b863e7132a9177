using Inference.Versioning.Routing;

namespace Inference.Benchmarks.Versioning;

/// <summary>
/// A model under a simulated clock: <c>x: float32[N,1] → y: float32[N,2]</c>, two probabilities by the row. A run takes a fixed time and a time for each row, times a log-normal factor; some rows fail, always the same.
/// </summary>
internal sealed class SimulatedModel(string name, string version, SimulatedClock clock, int seed) : IModelRunner
{
    // Of the time of a run; one standard deviation is a fifth.
    private const double Spread = 0.2;

    private readonly Random _random = new(seed);

    public ModelInfo Info { get; } = new()
    {
        Name = name,
        Version = version,
        Digest = name + version,
        Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(1)]))],
        Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(2)]))],
        Metadata = new Dictionary<string, string> { ["inference.cascade"] = """{"version":1,"output":"y","kind":"max_probability","threshold":0.9}""" },
        BatchAxis = 0,
        RowIndependent = true,
        Deterministic = true,
        Provider = "simulated",
    };

    /// <summary>Milliseconds of a run without its rows.</summary>
    public double Fixed { get; init; } = 0.5;

    /// <summary>Milliseconds of a row.</summary>
    public double PerRow { get; init; } = 0.1;

    /// <summary>A factor of the time.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>The share of rows that fail.</summary>
    public double Errors { get; init; }

    /// <summary>Whether runs never end, whatever they are told.</summary>
    public bool Hangs { get; init; }

    public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        float[] rows = ((TensorValue)inputs["x"]).AsSpan<float>().ToArray();
        if (Hangs)
        {
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }

        await clock.PassAsync(Time(rows.Length)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        float[] outputs = new float[rows.Length * 2];
        for (int i = 0; i < rows.Length; i++)
        {
            if (Share(rows[i], "error") < Errors)
            {
                throw new ModelRunException($"Model '{Info.Name}': row {rows[i]} fails.");
            }

            outputs[2 * i] = Share(rows[i], "confident") < 0.6 ? 0.95f : 0.55f;
            outputs[(2 * i) + 1] = 1 - outputs[2 * i];
        }

        return new NamedValues { ["y"] = TensorValue.Copy(outputs, [rows.Length, 2]) };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => default;

    private static double Share(float row, string what) => StableHash.Share(what, row.ToString("R", System.Globalization.CultureInfo.InvariantCulture));

    private TimeSpan Time(int rows)
    {
        double normal;
        lock (_random)
        {
            normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        }

        return TimeSpan.FromTicks((long)(TimeSpan.TicksPerMillisecond * (Fixed + (PerRow * rows)) * Slowdown * Math.Exp(Spread * normal)));
    }
}
