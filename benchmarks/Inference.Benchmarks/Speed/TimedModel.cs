using System.Diagnostics;
using Inference.Benchmarks.Serving;
using Inference.OnnxRuntime;

namespace Inference.Benchmarks.Speed;

/// <summary>A model on one provider with inputs bound once, and the times of its runs.</summary>
internal sealed class TimedModel : IDisposable
{
    private readonly IModelRunner _runner;
    private readonly BoundRun _bound;
    private readonly List<double> _times = [];

    public TimedModel(ModelSource source, bool onnxRuntime, int threads, IReadOnlyList<(string Name, TensorValue Value)> inputs, ModelPrecision precision = ModelPrecision.Float32)
    {
        _runner = Load(source, onnxRuntime, threads, precision);
        _bound = ((IBindable)_runner.GetService(typeof(IBindable))!).Bind();
        foreach ((string name, TensorValue value) in inputs)
        {
            _bound.SetInput(name, value);
        }
    }

    public double MedianMicroseconds => ClosedLoop.Median(_times);

    public static IModelRunner Load(ModelSource source, bool onnxRuntime, int threads, ModelPrecision precision = ModelPrecision.Float32) => onnxRuntime
        ? ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = threads, AllowSpinning = threads > 1 })).Load(source)
        : ModelRunner.Load(source, new ModelLoadOptions { Threads = threads, Precision = precision });

    public IModelRunner Runner => _runner;

    public void Run() => _bound.Run();

    /// <summary>Runs in turns of 20 ms each until every model had its seconds; the first fifth is warm-up.</summary>
    public static void Measure(double seconds, params TimedModel[] models)
    {
        for (int pass = 0; pass < 2; pass++)
        {
            Array.ForEach(models, m => m._times.Clear());
            long end = Stopwatch.GetTimestamp() + (long)(models.Length * seconds * (pass == 0 ? 0.2 : 1) * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < end)
            {
                foreach (TimedModel model in models)
                {
                    Thread.Sleep(2);
                    model.Run();
                    model.Turn();
                }
            }
        }
    }

    public void Dispose()
    {
        _bound.Dispose();
        _runner.Dispose();
    }

    private void Turn()
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            long one = Stopwatch.GetTimestamp();
            Run();
            _times.Add(Stopwatch.GetElapsedTime(one).TotalMicroseconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 20);
    }
}
