using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Speed;

/// <summary>Matrix products with constant weights beside ONNX Runtime's MatMul and MatMulInteger, one thread.</summary>
internal static class GemmCommand
{
    private static readonly (int M, int N, int K)[] s_shapes = [(1, 1024, 1024), (8, 256, 256), (128, 768, 768), (128, 3072, 768), (512, 512, 512)];

    public static Task<int> RunAsync(string[] args)
    {
        double seconds = ServingArguments.Parse(args, 1, 1).Seconds;
        bool good = true;
        Console.WriteLine($"{"m x n x k",-16}{"type",-6}{"cpu µs",12}{"onnxruntime µs",16}{"ratio",8}");
        foreach ((int m, int n, int k) in s_shapes)
        {
            double single = Compare(ProductModels.MatMul(m, n, k), TensorValue.Copy<float>(ProductModels.Numbers(m * k, 3), [m, k]), $"{m}x{n}x{k}", "f32", seconds);
            double integer = Compare(ProductModels.MatMulInteger(m, n, k), TensorValue.Copy<byte>(Array.ConvertAll(ProductModels.Numbers(m * k, 3), v => (byte)((v + 0.5f) * 255)), [m, k]), $"{m}x{n}x{k}", "int8", seconds);
            good &= (m < 128 || single >= 0.97) && (m < 128 || integer >= 1.1);
        }

        return Task.FromResult(good ? 0 : 2);
    }

    private static double Compare(byte[] model, TensorValue x, string shape, string type, double seconds)
    {
        using (x)
        {
            using var ours = new TimedModel(ModelSource.Bytes(model), onnxRuntime: false, 1, [("x", x)]);
            using var theirs = new TimedModel(ModelSource.Bytes(model), onnxRuntime: true, 1, [("x", x)]);
            TimedModel.Measure(seconds, ours, theirs);
            double ratio = theirs.MedianMicroseconds / ours.MedianMicroseconds;
            Console.WriteLine($"{shape,-16}{type,-6}{ours.MedianMicroseconds,12:F1}{theirs.MedianMicroseconds,16:F1}{ratio,8:F2}");
            return ratio;
        }
    }
}
