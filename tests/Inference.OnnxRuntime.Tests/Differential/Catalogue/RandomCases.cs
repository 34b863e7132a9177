using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>
/// Random numbers: the standard fixes no generator, so kinds, types and shapes are compared exactly, and of the numbers what any good generator agrees on within six standard
/// errors: mean, deviation and bounds.
/// </summary>
internal static class RandomCases
{
    private static readonly ElementType[] s_types = [ElementType.Float32, ElementType.Float32, ElementType.Float64];

    public static IEnumerable<OperatorCases> All =>
    [
        new("RandomNormal", static random => Parameters(Shaped(random, "RandomNormal"), normal: true)),
        new("RandomUniform", static random => Parameters(Shaped(random, "RandomUniform"), normal: false)),
        new("RandomNormalLike", static random => Parameters(Like(random, "RandomNormalLike"), normal: true)),
        new("RandomUniformLike", static random => Parameters(Like(random, "RandomUniformLike"), normal: false)),
        new("Bernoulli", static random =>
        {
            ElementType type = random.Pick(s_types);

            // ONNX Runtime gives 1 with probability 1 − p (docs/differences.md).
            float p = random.Pick(0f, 0.1f, 0.5f, 0.9f, 1f);
            TensorValue x = TensorValue.Allocate(type, Shape(random));
            if (type == ElementType.Float32)
            {
                x.AsWritableSpan<float>().Fill(p);
            }
            else
            {
                x.AsWritableSpan<double>().Fill(p);
            }

            OperatorBuilder builder = Seed(new OperatorBuilder(random, "Bernoulli")).In(x, false)
                .Judge((who, y) => Moments(who, y, who == "onnxruntime" ? 1 - p : p, Math.Sqrt(p * (1 - p)), 0, 1));
            ElementType to = random.Chance(0.5) ? type : random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64, ElementType.Bool);
            return (to == type ? builder : builder.Attr("dtype", (long)to)).Out(to);
        }),
        new("Multinomial", static random =>
        {
            (long rows, int classes, long samples) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 200));
            float[] weights = random.Floats([classes], 0.2f, 3).AsSpan<float>().ToArray();
            double sum = weights.Sum(static w => (double)w);
            double mean = weights.Select((w, i) => w / sum * i).Sum();
            double deviation = Math.Sqrt(weights.Select((w, i) => w / sum * (i - mean) * (i - mean)).Sum());
            float[] logs = [.. Enumerable.Range(0, (int)rows).SelectMany(_ => weights.Select(static w => MathF.Log(w)))];
            bool wide = random.Chance(0.5);
            OperatorBuilder builder = Seed(new OperatorBuilder(random, "Multinomial")).In(TensorValue.Copy(logs, [rows, classes]), false).Attr("sample_size", samples)
                .Judge((who, y) => Moments(who, y, mean, deviation, 0, classes - 1));
            return wide ? builder.Attr("dtype", (long)ElementType.Int64).Out(ElementType.Int64) : builder.Out(ElementType.Int32);
        }),
    ];

    private static long[] Shape(CaseRandom random) => random.Chance(0.3) ? random.Shape(0, 3) : [random.Int(10, 40), random.Int(10, 60)];

    private static OperatorBuilder Seed(OperatorBuilder builder) => builder.Random.Chance(0.5) ? builder.Attr("seed", (float)builder.Random.Int(-5, 1000)) : builder;

    private static OperatorBuilder Shaped(CaseRandom random, string op)
    {
        ElementType type = random.Pick(s_types);
        long[] shape = Shape(random);
        OperatorBuilder builder = Seed(new OperatorBuilder(random, op)).Unused().Attr("shape", shape);
        return (type == ElementType.Float32 && random.Chance(0.5) ? builder : builder.Attr("dtype", (long)type)).Out(type);
    }

    private static OperatorBuilder Like(CaseRandom random, string op)
    {
        ElementType type = random.Pick(s_types);
        ElementType input = random.Chance(0.5) ? type : random.Pick(ElementType.Int32, ElementType.Int64, ElementType.UInt8, ElementType.Float32);
        OperatorBuilder builder = Seed(new OperatorBuilder(random, op)).In(random.Tensor(input, Shape(random)), false);
        return (input == type && random.Chance(0.5) ? builder : builder.Attr("dtype", (long)type)).Out(type);
    }

    private static OperatorBuilder Parameters(OperatorBuilder builder, bool normal)
    {
        (float first, float second) = (builder.Random.Single(-5, 5), builder.Random.Single(0.1f, 4));
        bool given = builder.Random.Chance(0.7);
        (first, second) = given ? (first, second) : (0, 1);
        if (normal)
        {
            builder = given ? builder.Attr("mean", first).Attr("scale", second) : builder;
            return builder.Judge((who, y) => Moments(who, y, first, second, double.NegativeInfinity, double.PositiveInfinity));
        }

        builder = given ? builder.Attr("low", first).Attr("high", first + second) : builder;
        return builder.Judge((who, y) => Moments(who, y, first + (second / 2), second / Math.Sqrt(12), first, first + (second * 1.000001)));
    }

    private static string? Moments(string who, TensorValue value, double mean, double deviation, double low, double high)
    {
        double[] x = TensorAssert.Doubles(value);
        if (x.Any(v => !(v >= low - 1e-6 && v <= high + 1e-6)))
        {
            return $"{who}: numbers outside of [{low}, {high}].";
        }

        if (x.Length < 30)
        {
            return null;
        }

        double average = x.Average();
        double spread = Math.Sqrt(x.Sum(v => (v - average) * (v - average)) / x.Length);
        double error = (6 * deviation / Math.Sqrt(x.Length)) + 1e-6;

        // The deviation of a sample: its own error is at most that of a normal sample, times 2 for skewed weights.
        return Math.Abs(average - mean) > error ? $"{who}: expected the mean {mean}, got {average} of {x.Length} numbers."
            : Math.Abs(spread - deviation) > 2 * error ? $"{who}: expected the deviation {deviation}, got {spread} of {x.Length} numbers."
            : null;
    }
}
