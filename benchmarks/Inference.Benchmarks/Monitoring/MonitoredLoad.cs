using System.Globalization;
using Inference.Benchmarks.Serving;
using Inference.Monitoring;

namespace Inference.Benchmarks.Monitoring;

/// <summary>The same model with monitoring and without, and calls of one row to both.</summary>
internal sealed class MonitoredLoad : IDisposable
{
    // Rows that differ, so that no branch is learned by heart; together they fit into the second-level cache.
    private const int Calls = 256;
    private static readonly NamedValues[][] s_inputs = new NamedValues[2][];
    private readonly IModelRunner _plain;
    private readonly IModelRunner _monitored;
    private readonly NamedValues[] _inputs;

    public MonitoredLoad(string name, int width, bool outputs, bool correlated, Action<MonitoringOptions> configure, Func<IModelRunner, IModelRunner>? wrap = null, ReferenceProfile? own = null)
    {
        ReferenceProfile profile = ReferenceProfile.Parse((own ?? Profile(name, width, outputs, correlated)).ToArray());
        wrap ??= static runner => runner;
        _plain = wrap(new ConstantRunner(name, width, 1));
        _monitored = wrap(new ConstantRunner(name, width, 1)).AsBuilder().UseMonitoring(o =>
        {
            o.Profile = _ => profile;
            o.BucketDuration = TimeSpan.FromHours(1);
            configure(o);
        }).Build();
        Monitor = _monitored.GetService<ModelMonitor>()!;
        ref NamedValues[] shared = ref s_inputs[correlated ? 1 : 0];
        if (shared is null || shared[0]["x"].Shape[1] != width)
        {
            var random = new Random(3);
            shared = [.. Enumerable.Range(0, Calls).Select(_ => Inputs(random, 1, width, correlated))];
        }

        _inputs = shared;
    }

    public ModelMonitor Monitor { get; }

    public static ReferenceProfile Profile(string name, int width, bool outputs, bool correlated, bool joint = false)
    {
        const int Rows = 2_000;
        var runner = new ConstantRunner(name, width, Rows);
        using var builder = new ReferenceProfileBuilder(runner.Info, new ReferenceProfileOptions { CountJoint = joint });
        using NamedValues inputs = Inputs(new Random(1), Rows, width, correlated);
        builder.Add(inputs, outputs ? runner.RunAsync(inputs).Result : null);
        return builder.Build();
    }

    /// <summary>A profile of 2,000 rows of their own for each seed: half of the columns are normal, a quarter of these numbers is rounded to tenths, and of a quarter 3 % are NaN.</summary>
    public static ReferenceProfile MixedProfile(string name, int width, int seed)
    {
        const int Rows = 2_000;
        var runner = new ConstantRunner(name, width, Rows);
        using var builder = new ReferenceProfileBuilder(runner.Info);
        var random = new Random(seed);
        using NamedValues normal = Inputs(random, Rows, width, correlated: false);
        float[] data = normal["x"].AsSpan<float>().ToArray();
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (i % width % 4) switch { 0 => MathF.Round(data[i], 1), 1 when random.NextDouble() < 0.03 => float.NaN, _ => data[i] };
        }

        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(data, [Rows, width]) };
        builder.Add(inputs, runner.RunAsync(inputs).Result);
        return builder.Build();
    }

    public static NamedValues Inputs(Random random, int rows, int width, bool correlated)
    {
        var data = new float[rows * width];
        for (int i = 0; i < data.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            data[i] = (float)(correlated && (i % width & 1) == 1 ? data[i - 1] + (0.5 * normal) : normal);
        }

        return new NamedValues { ["x"] = TensorValue.Copy<float>(data, [rows, width]) };
    }

    /// <summary>Processor time of a call in ns, in each round.</summary>
    public static double[] PerCall(Action call, ServingArguments arguments) => Rounds(arguments, () => PerCall(_ => call(), 1, arguments.Seconds));

    /// <summary>What monitoring adds to the processor time of a call, in ns, in each round.</summary>
    public double[] Added(int threads, ServingArguments arguments) =>
        Rounds(arguments, () => PerCall(i => Call(_monitored, i), threads, arguments.Seconds) - PerCall(i => Call(_plain, i), threads, arguments.Seconds));

    public void Run(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            Call(_monitored, i);
        }
    }

    public long BytesPerCall()
    {
        const int Counted = 100;
        long least = long.MaxValue;
        for (int part = 0; part < 50; part++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run(Counted);
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Counted);
        }

        return least;
    }

    public void Dispose()
    {
        _plain.Dispose();
        _monitored.Dispose();
    }

    public static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);

    public static string Quartiles(double[] times, double scale)
    {
        double[] sorted = [.. times.Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 4] * scale:0.##}–{sorted[sorted.Length * 3 / 4] * scale:0.##}");
    }

    private static double[] Rounds(ServingArguments arguments, Func<double> measure)
    {
        // The first round is compiled during it.
        measure();
        var times = new double[arguments.Rounds];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = measure();
        }

        return times;
    }

    // The process's processor time ÷ calls: other processes touch it little, and threads that wait cost nothing.
    private static double PerCall(Action<int> call, int threads, double seconds)
    {
        const int Part = 1_000;
        long calls = 0;
        long end = Environment.TickCount64 + (long)(1000 * seconds);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var workers = new Thread[threads];
        for (int t = 0; t < threads; t++)
        {
            int offset = t * 37;
            workers[t] = new Thread(() =>
            {
                long own = 0;
                while (Environment.TickCount64 < end)
                {
                    for (int i = 0; i < Part; i++)
                    {
                        call(offset + i);
                    }

                    own += Part;
                }

                Interlocked.Add(ref calls, own);
            });
        }

        Array.ForEach(workers, static w => w.Start());
        Array.ForEach(workers, static w => w.Join());
        return (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / calls;
    }

    private void Call(IModelRunner runner, int i) => _ = runner.RunAsync(_inputs[i & (Calls - 1)]).Result;
}
