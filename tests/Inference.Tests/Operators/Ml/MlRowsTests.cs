using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Ml;

/// <summary>Operators on many short rows, which they work on together: each row has the result that its formula states.</summary>
public sealed class MlRowsTests
{
    private const string Domain = "ai.onnx.ml";

    [Theory]
    [InlineData("LINEAR", 1)]
    [InlineData("POLY", 70)]
    [InlineData("RBF", 64)]
    [InlineData("RBF", 150)]
    [InlineData("SIGMOID", 17)]
    [InlineData("LINEAR", 5)]
    [InlineData("POLY", 4)]
    [InlineData("RBF", 1)]
    [InlineData("SIGMOID", 3)]
    public void SvmRegressor_Rows_EqualFormula(string kind, int rows)
    {
        const int Columns = 5;
        const int Count = 3;
        float[] x = Numbers(rows * Columns, 1);
        float[] vectors = Numbers(Count * Columns, 2);
        float[] coefficients = Numbers(Count, 3);
        (string, object)[] attributes =
        [
            ("kernel_type", kind), ("kernel_params", new[] { 0.3f, 0.2f, 3f }), ("coefficients", coefficients), ("support_vectors", vectors), ("rho", new[] { 0.25f }), ("n_supports", (long)Count),
        ];
        var expected = new float[rows];
        for (int i = 0; i < rows; i++)
        {
            double sum = 0.25;
            for (int j = 0; j < Count; j++)
            {
                sum += coefficients[j] * Kernel(kind, x.AsSpan(i * Columns, Columns), vectors.AsSpan(j * Columns, Columns));
            }

            expected[i] = (float)sum;
        }

        Near(expected, [rows, 1], (Tensor)RunAll("SVMRegressor", [T(x, rows, Columns)], attributes, 1, 1, Domain)[0]!);
    }

    [Fact]
    public void SvmClassifier_ManyRows_EqualThoseOfSingleRows()
    {
        const int Rows = 130;
        float[] x = Numbers(Rows * 2, 4);
        (string, object)[] attributes =
        [
            ("kernel_type", "RBF"), ("kernel_params", new[] { 0.5f, 0f, 3f }), ("coefficients", Numbers(8, 5)), ("support_vectors", Numbers(8, 6)), ("rho", new[] { 0.1f, -0.1f, 0.05f }),
            ("vectors_per_class", new long[] { 1, 2, 1 }), ("classlabels_ints", new long[] { 7, 8, 9 }),
        ];
        EngineValue?[] all = RunAll("SVMClassifier", [T(x, Rows, 2)], attributes, 2, 1, Domain);
        for (int i = 0; i < Rows; i++)
        {
            EngineValue?[] one = RunAll("SVMClassifier", [T(x.AsSpan(2 * i, 2).ToArray(), 1, 2)], attributes, 2, 1, Domain);
            Assert.Equal(((Tensor)one[0]!).Span<long>()[0], ((Tensor)all[0]!).Span<long>()[i]);
            Assert.Equal(((Tensor)one[1]!).Span<float>().ToArray(), ((Tensor)all[1]!).Span<float>().Slice(3 * i, 3).ToArray());
        }
    }

    [Theory]
    [InlineData(130, 1)]
    [InlineData(200, 3)]
    [InlineData(1000, 8)]
    public void LinearRegressor_Rows_EqualFormula(int rows, int targets)
    {
        const int Columns = 7;
        float[] x = Numbers(rows * Columns, 7);
        float[] coefficients = Numbers(targets * Columns, 8);
        float[] intercepts = Numbers(targets, 9);
        var expected = new float[rows * targets];
        for (int i = 0; i < expected.Length; i++)
        {
            double sum = intercepts[i % targets];
            for (int k = 0; k < Columns; k++)
            {
                sum += x[(i / targets * Columns) + k] * (double)coefficients[(i % targets * Columns) + k];
            }

            expected[i] = (float)sum;
        }

        (string, object)[] attributes = [("coefficients", coefficients), ("intercepts", intercepts), ("targets", (long)targets)];
        Near(expected, [rows, targets], (Tensor)RunAll("LinearRegressor", [T(x, rows, Columns)], attributes, 1, 1, Domain)[0]!);
    }

    [Theory]
    [InlineData("MAX")]
    [InlineData("L1")]
    [InlineData("L2")]
    public void Normalizer_ShortRows_EqualFormula(string norm)
    {
        for (int count = 1; count < 40; count += count < 8 ? 1 : 5)
        {
            foreach (int rows in (int[])[1, 16, 63, 65, 130])
            {
                float[] x = Numbers(rows * count, count);
                x.AsSpan(0, count).Clear();
                x[^1] = rows > 16 ? float.NaN : -0f;
                var expected = new float[x.Length];
                for (int i = 0; i < x.Length; i++)
                {
                    float[] row = x[(i / count * count)..((i / count * count) + count)];
                    float by = norm == "MAX" ? row.Aggregate(float.MinValue, MathF.Max) : norm == "L1" ? row.Sum(MathF.Abs) : row.Sum(v => v * v);
                    expected[i] = by == 0 ? x[i] : norm == "L2" ? MathF.CopySign(MathF.Sqrt(x[i] * x[i] / by), x[i]) : x[i] / by;
                }

                Near(expected, [rows, count], (Tensor)RunAll("Normalizer", [T(x, rows, count)], [("norm", norm)], 1, 1, Domain)[0]!);
            }
        }
    }

    private static double Kernel(string kind, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0;
        double distance = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * (double)b[i];
            distance += (a[i] - (double)b[i]) * (a[i] - (double)b[i]);
        }

        return kind switch
        {
            "LINEAR" => dot,
            "POLY" => Math.Pow((0.3f * dot) + 0.2f, 3),
            "RBF" => Math.Exp(-0.3f * distance),
            _ => Math.Tanh((0.3f * dot) + 0.2f),
        };
    }

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }
}
