using System.Numerics.Tensors;
using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Speed;

/// <summary>
/// Products and models with bfloat16 allowed beside the same in f32, in turns in one process, on one thread and two: ratio of medians, and the difference of results as a share of their magnitude.
/// Folders of models are arguments: <c>deit_tiny</c> and <c>minilm_l6</c> of the performance models have bounds.
/// </summary>
internal static class BFloat16Command
{
    private static readonly Dictionary<string, double> s_least = new(StringComparer.Ordinal) { ["deit_tiny"] = 1.2, ["minilm_l6"] = 1.2 };

    public static Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 3, 1);
        bool good = true;
        Console.WriteLine($"{"case",-16}{"threads",8}{"f32 µs",12}{"bf16 µs",12}{"ratio",8}{"want",8}{"difference",12}");
        for (int threads = 1; threads <= 2; threads++)
        {
            good &= Product(512, 512, 512, threads, arguments.Seconds, 1.4);
            good &= Product(1, 1024, 1024, threads, arguments.Seconds, 1.6);
            foreach (string folder in arguments.Models)
            {
                string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
                ModelSource source = ModelSource.File(Path.Combine(folder, "model.onnx"));
                using IModelRunner runner = ModelRunner.Load(source);
                using NamedValues values = RowSource.Read(folder, runner.Info);
                good &= Compare(name, source, values, threads, arguments.Seconds, s_least.GetValueOrDefault(name));
            }
        }

        return Task.FromResult(good ? 0 : 2);
    }

    private static bool Product(int m, int n, int k, int threads, double seconds, double least)
    {
        using var values = new NamedValues { { "x", TensorValue.Copy<float>(ProductModels.Numbers(m * k, 3), [m, k]) } };
        return Compare($"{m}x{n}x{k}", ModelSource.Bytes(ProductModels.MatMul(m, n, k)), values, threads, seconds, least);
    }

    private static bool Compare(string name, ModelSource source, NamedValues values, int threads, double seconds, double least)
    {
        (string Name, TensorValue Value)[] inputs = [.. values.Select(v => (v.Key, (TensorValue)v.Value))];
        using var single = new TimedModel(source, onnxRuntime: false, threads, inputs);
        using var half = new TimedModel(source, onnxRuntime: false, threads, inputs, ModelPrecision.AllowBFloat16);
        TimedModel.Measure(seconds, single, half);
        double ratio = single.MedianMicroseconds / half.MedianMicroseconds;
        Console.WriteLine($"{name,-16}{threads,8}{single.MedianMicroseconds,12:F1}{half.MedianMicroseconds,12:F1}{ratio,8:F2}{(least > 0 ? least : double.NaN),8:F2}{Difference(single.Runner, half.Runner, values),12:E1}");
        return ratio >= least;
    }

    // The root of the mean square of the differences, by that of the results, the largest of the outputs.
    private static double Difference(IModelRunner single, IModelRunner half, NamedValues values)
    {
        using NamedValues want = single.Run(values);
        using NamedValues got = half.Run(values);
        double largest = 0;
        foreach ((string name, ModelValue value) in want)
        {
            if (value is TensorValue { ElementType: ElementType.Float32 } tensor)
            {
                ReadOnlySpan<float> x = tensor.AsSpan<float>();
                largest = Math.Max(largest, TensorPrimitives.Distance(x, ((TensorValue)got[name]).AsSpan<float>()) / Math.Max(TensorPrimitives.Norm(x), float.Epsilon));
            }
        }

        return largest;
    }
}
