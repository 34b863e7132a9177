using Inference.Benchmarks.Serving;

namespace Inference.Benchmarks.Speed;

/// <summary>A 1024×1024 layer of rank 128 as one low-rank node, beside two MatMul of this engine and of ONNX Runtime, one thread.</summary>
internal static class LowRankCommand
{
    private const int Size = 1024;
    private const int Rank = 128;

    public static Task<int> RunAsync(string[] args)
    {
        double seconds = ServingArguments.Parse(args, 1, 1).Seconds;
        bool good = true;
        foreach (int batch in (int[])[1, 64])
        {
            using TensorValue x = TensorValue.Copy<float>(ProductModels.Numbers(batch * Size, 3), [batch, Size]);
            byte[] joined = ProductModels.LowRank(batch, Size, Size, Rank, separate: false);
            byte[] apart = ProductModels.LowRank(batch, Size, Size, Rank, separate: true);
            using var ours = new TimedModel(ModelSource.Bytes(joined), onnxRuntime: false, 1, [("x", x)]);
            using var two = new TimedModel(ModelSource.Bytes(apart), onnxRuntime: false, 1, [("x", x)]);
            using var theirs = new TimedModel(ModelSource.Bytes(joined), onnxRuntime: true, 1, [("x", x)]);
            TimedModel.Measure(seconds, ours, two, theirs);
            double ratio = theirs.MedianMicroseconds / ours.MedianMicroseconds;
            Console.WriteLine($"batch {batch}: low rank {ours.MedianMicroseconds:F1} µs; two MatMul of cpu {two.MedianMicroseconds:F1} µs (ratio {two.MedianMicroseconds / ours.MedianMicroseconds:F2}); of onnxruntime {theirs.MedianMicroseconds:F1} µs (ratio {ratio:F2}, want ≥ 1.2)");
            good &= ratio >= 1.2;
        }

        return Task.FromResult(good ? 0 : 2);
    }
}
