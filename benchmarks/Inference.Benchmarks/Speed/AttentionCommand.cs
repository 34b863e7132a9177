using System.Globalization;

namespace Inference.Benchmarks.Speed;

/// <summary><c>attention [--lengths 1024,2048,4096] [--seconds 1] [--threads 1]</c>: time of attention beside the share of keys that are visible, and beside ONNX Runtime.</summary>
internal static class AttentionCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        int[] lengths = [1024, 2048, 4096];
        double seconds = 1;
        int threads = 1;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--lengths":
                    lengths = Array.ConvertAll(args[i + 1].Split(','), l => int.Parse(l, CultureInfo.InvariantCulture));
                    break;
                case "--seconds":
                    seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--threads":
                    threads = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    Console.Error.WriteLine($"Unknown option '{args[i]}', expected --lengths, --seconds or --threads.");
                    return Task.FromResult(64);
            }
        }

        Console.WriteLine("| attention | length | visible | cpu µs | of all visible | onnxruntime µs | ratio |\n| --- | --- | --- | --- | --- | --- | --- |");
        foreach (int length in lengths)
        {
            foreach (Case[] group in Cases(length))
            {
                double whole = 0;
                foreach (Case @case in group)
                {
                    (double ours, double theirs) = Measure(@case, length, threads, seconds);
                    whole = whole == 0 ? ours : whole;
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"| {@case.Name} | {length} | {100 * @case.Visible:F1} % | {ours:F0} | {100 * ours / whole:F1} % | {theirs:F0} | {theirs / ours:F2} |"));
                }
            }
        }

        return Task.FromResult(0);
    }

    // The first of each group sees all that the others may. ONNX Runtime wants the past and the present of SparseAttention in one memory.
    private static IEnumerable<Case[]> Cases(int length)
    {
        static bool Causal(int i, int j) => j <= i;
        static bool Window(int i, int j) => Math.Abs(i - j) <= 128;
        static bool Strided(int i, int j) => i / 64 == j / 64 || j / 64 % 8 == 0;
        double half = Share(length, Causal);
        yield return
        [
            new("written out, no mask", 1, AttentionModels.Written(length, null)),
            new("written out, constant causal mask", half, AttentionModels.Written(length, Causal)),
            new("written out, constant window ± 128", Share(length, Window), AttentionModels.Written(length, Window)),
            new("written out, constant blocks: own and every 8th", Share(length, Strided), AttentionModels.Written(length, Strided)),
        ];
        yield return [new("Attention 23", 1, AttentionModels.Standard(length, false)), new("Attention 23, is_causal", half, AttentionModels.Standard(length, true))];
        yield return
        [
            new("GroupQueryAttention, prompt", half, AttentionModels.GroupQuery(length, -1, false)),
            new("GroupQueryAttention, prompt, window 256", Share(length, (i, j) => j <= i && i - j < 256), AttentionModels.GroupQuery(length, 256, false)),
            new("SparseAttention, prompt, 4 local blocks and every 8th", Share(length, (i, j) => j <= i && Sees(i / 64, j / 64)), AttentionModels.Sparse(length, Sees), RunsElsewhere: false),
        ];
        yield return
        [
            new("GroupQueryAttention, step", 1, AttentionModels.GroupQuery(length, -1, true)),
            new("GroupQueryAttention, step, window 256", 256.0 / length, AttentionModels.GroupQuery(length, 256, true)),
        ];

        static bool Sees(int row, int column) => row - column < 4 || column % 8 == 0;
    }

    private static double Share(int length, Func<int, int, bool> sees)
    {
        long count = 0;
        for (int i = 0; i < length; i++)
        {
            for (int j = 0; j < length; j++)
            {
                count += sees(i, j) ? 1 : 0;
            }
        }

        return (double)count / length / length;
    }

    private static (double Ours, double Theirs) Measure(Case @case, int length, int threads, double seconds)
    {
        List<(string Name, TensorValue Value)> inputs = [];
        using IModelRunner signature = TimedModel.Load(ModelSource.Bytes(@case.Model), onnxRuntime: false, threads);
        try
        {
            foreach (ModelPort input in signature.Info.Inputs)
            {
                long[] shape = [.. input.Shape!.Select(d => d.Size ?? 1)];
                inputs.Add((input.Name, TensorValue.Copy<float>(ProductModels.Numbers((int)shape.Aggregate(1L, (a, b) => a * b), inputs.Count + 1), shape)));
            }

            using var ours = new TimedModel(ModelSource.Bytes(@case.Model), onnxRuntime: false, threads, inputs);
            if (!@case.RunsElsewhere)
            {
                TimedModel.Measure(seconds, ours);
                return (ours.MedianMicroseconds, double.NaN);
            }

            using var theirs = new TimedModel(ModelSource.Bytes(@case.Model), onnxRuntime: true, threads, inputs);
            TimedModel.Measure(seconds, ours, theirs);
            return (ours.MedianMicroseconds, theirs.MedianMicroseconds);
        }
        finally
        {
            inputs.ForEach(i => i.Value.Dispose());
        }
    }

    private sealed record Case(string Name, double Visible, byte[] Model, bool RunsElsewhere = true);
}
