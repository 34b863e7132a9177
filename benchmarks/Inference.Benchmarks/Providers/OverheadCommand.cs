using System.Diagnostics;
using Inference.Benchmarks.Serving;
using Inference.OnnxRuntime;

namespace Inference.Benchmarks.Providers;

/// <summary>What <see cref="IModelRunner"/> over ONNX Runtime costs beside a loop over its C API with values made once.</summary>
internal static class OverheadCommand
{
    private const int Calls = 20_000;

    public static Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 1, 41, "iris_mlp");
        string library = OnnxRuntimeLibrary.Load().Path;
        bool good = true;
        foreach (string folder in arguments.Models)
        {
            good &= Measure(library, folder, arguments.Rounds);
        }

        return Task.FromResult(good ? 0 : 2);
    }

    private static bool Measure(string library, string folder, int rounds)
    {
        string file = Path.Combine(folder, "model.onnx");
        using IModelRunner runner = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = 1 })).Load(ModelSource.File(file));
        NamedValues inputs = RowSource.Make(folder, runner.Info, 1)[0];
        using NamedValues outputs = runner.Run(inputs);
        using BoundRun bound = runner.GetService<IBindable>()!.Bind();
        foreach ((string name, ModelValue value) in inputs)
        {
            bound.SetInput(name, (TensorValue)value);
        }

        using var raw = new RawSession(library, file, [.. inputs.Select(v => (v.Key, (TensorValue)v.Value))], [.. outputs.Select(v => (v.Key, (TensorValue)v.Value))]);
        var bare = new List<double>();
        var called = new List<double>();
        var boundRuns = new List<double>();
        for (int round = 0; round < rounds + 5; round++)
        {
            double least = Time(raw.Run);
            double call = Time(() => runner.Run(inputs).Dispose());
            double boundRun = Time(() => bound.Run());
            if (round >= 5)
            {
                bare.Add(least);
                called.Add(call - least);
                boundRuns.Add(boundRun - least);
            }
        }

        double byCall = ClosedLoop.Median(called);
        double byBound = ClosedLoop.Median(boundRuns);
        Console.WriteLine($"{runner.Info.Name}: C API with values made once {ClosedLoop.Median(bare):F3} µs; IModelRunner.Run adds {byCall:F3} µs, a bound run {byBound:F3} µs  (want ≤ 0.3; medians of {rounds} interleaved rounds of {Calls} calls)");
        return byCall <= 0.3 && byBound <= 0.3;
    }

    private static double Time(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            call();
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Calls;
    }
}
