using System.Diagnostics;
using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Speed;

/// <summary>Many sessions of small models called by several threads at once: runs a second on this engine and on ONNX Runtime.</summary>
internal static class SessionsCommand
{
    private const int Sessions = 64;
    private const int Callers = 8;

    public static Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 3, "iris_mlp", "adult_wide_deep", "mnist_mlp", "adult_gbdt", "mnist_lr_skl");
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int round = 0; round < arguments.Rounds; round++)
        {
            ours.Add(Throughput(arguments, onnxRuntime: false));
            theirs.Add(Throughput(arguments, onnxRuntime: true));
        }

        double ratio = ClosedLoop.Median(ours) / ClosedLoop.Median(theirs);
        Console.WriteLine($"{Sessions} sessions of {arguments.Models.Count} models, {Callers} threads: cpu {ClosedLoop.Median(ours):F0} runs/s, onnxruntime {ClosedLoop.Median(theirs):F0} runs/s, ratio {ratio:F2} (want ≥ 1.2; medians of {arguments.Rounds} rounds)");
        return Task.FromResult(ratio >= 1.2 ? 0 : 2);
    }

    private static double Throughput(ServingArguments arguments, bool onnxRuntime)
    {
        var runners = new IModelRunner[Sessions];
        var bounds = new BoundRun[Sessions];
        var inputs = new List<NamedValues>();
        try
        {
            for (int i = 0; i < Sessions; i++)
            {
                string folder = arguments.Models[i % arguments.Models.Count];
                runners[i] = TimedModel.Load(ModelSource.File(Path.Combine(folder, "model.onnx")), onnxRuntime, threads: 1);
                NamedValues values = RowSource.Make(folder, runners[i].Info, 1)[0];
                inputs.Add(values);
                bounds[i] = ((IBindable)runners[i].GetService(typeof(IBindable))!).Bind();
                foreach ((string name, ModelValue value) in values)
                {
                    bounds[i].SetInput(name, (TensorValue)value);
                }

                bounds[i].Run();
            }

            Drive(bounds, arguments.Seconds * 0.3);
            return Drive(bounds, arguments.Seconds);
        }
        finally
        {
            Array.ForEach(bounds, b => b?.Dispose());
            Array.ForEach(runners, r => r?.Dispose());
            inputs.ForEach(v => v.Dispose());
        }
    }

    // Each thread goes round its own eighth of the sessions.
    private static double Drive(BoundRun[] bounds, double seconds)
    {
        long runs = 0;
        long start = Stopwatch.GetTimestamp();
        var threads = new Thread[Callers];
        for (int t = 0; t < Callers; t++)
        {
            int first = t;
            threads[t] = new Thread(() =>
            {
                long own = 0;
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                {
                    for (int i = first; i < bounds.Length; i += Callers)
                    {
                        bounds[i].Run();
                        own++;
                    }
                }

                Interlocked.Add(ref runs, own);
            });
            threads[t].Start();
        }

        Array.ForEach(threads, t => t.Join());
        return runs / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
