using Inference.Data;
using Inference.Optimization.Numerics;
using Inference.Onnx;

namespace Inference.Optimization.Distillation;

/// <summary>The student's training rows: numeric inputs as one vector, integer inputs as one categorical feature per column.</summary>
internal sealed class StudentFeatures
{
    // Rows of an embedding table; a student is to stay small.
    private const int GreatestCardinality = 100_000;

    private StudentFeatures()
    {
    }

    public required IReadOnlyList<(string Name, int Width)> Numeric { get; init; }

    public required IReadOnlyList<(string Name, int Width)> Categorical { get; init; }

    public required float[] Values { get; init; }

    public required int[] Ids { get; init; }

    public required int Rows { get; init; }

    /// <summary>The number of ids of each categorical column: ids 0 to cardinality − 1; the last one represents unseen ids.</summary>
    public required int[] Cardinalities { get; init; }

    public int NumericWidth => Numeric.Sum(n => n.Width);

    public int CategoricalWidth => Categorical.Sum(n => n.Width);

    public float[] Mean { get; private init; } = [];

    public float[] Deviation { get; private init; } = [];

    public static async Task<StudentFeatures> ReadAsync(OnnxModel teacher, IDataSource data, CancellationToken cancellationToken)
    {
        var numeric = new List<(string, int)>();
        var categorical = new List<(string, int)>();
        foreach (OnnxValueInfo input in teacher.Graph.Inputs.Where(i => !teacher.Graph.Initializers.Exists(t => t.Name == i.Name)))
        {
            DataColumn column = data.GetColumn(input.Name);
            (column.Type is ElementType.Int64 or ElementType.Int32 ? categorical
                : column.Type == ElementType.Float32 ? numeric
                : throw new OptimizationException($"Student, input '{input.Name}': expected float32, int32 or int64, got {column.Type.Name()}. Students support numbers and ids; remove the input."))
                .Add((input.Name, (int)column.RowElements));
        }

        var values = new List<float>();
        var ids = new List<int>();
        int rows = 0;
        await foreach (DataBatch batch in data.ReadAsync([.. numeric.Concat(categorical).Select(c => c.Item1)], 1024, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                Interleave(numeric, batch, values, v => v);
                Interleave(categorical, batch, ids, v => (int)v);
                rows += batch.Rows;
            }
        }

        int width = categorical.Sum(c => c.Item2);
        var cardinalities = new int[width];
        for (int i = 0; i < ids.Count; i++)
        {
            cardinalities[i % width] = Math.Max(cardinalities[i % width], ids[i] + 2);
        }

        int bad = ids.FindIndex(i => i is < 0 or > GreatestCardinality);
        return bad >= 0
            ? throw new OptimizationException($"Student: expected ids of 0 to {GreatestCardinality}, got {ids[bad]} in row {bad / width}. Hash or renumber the ids.")
            : Standardized(numeric, categorical, [.. values], [.. ids], rows, cardinalities);
    }

    private static StudentFeatures Standardized(List<(string, int)> numeric, List<(string, int)> categorical, float[] values, int[] ids, int rows, int[] cardinalities)
    {
        int width = numeric.Sum(n => n.Item2);
        var mean = new float[width];
        var deviation = new float[width];
        for (int c = 0; c < width; c++)
        {
            double sum = 0;
            double squares = 0;
            for (int r = 0; r < rows; r++)
            {
                double v = values[(r * width) + c];
                sum += v;
                squares += v * v;
            }

            mean[c] = (float)(sum / rows);

            // A floor: a pixel that is almost always blank must not be amplified when it is not.
            deviation[c] = (float)Math.Max(Math.Sqrt(Math.Max(0, (squares / rows) - (sum / rows * sum / rows))), 0.1);
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (values[i] - mean[i % width]) / deviation[i % width];
        }

        return new StudentFeatures
        {
            Numeric = numeric,
            Categorical = categorical,
            Values = values,
            Ids = ids,
            Rows = rows,
            Cardinalities = cardinalities,
            Mean = mean,
            Deviation = deviation,
        };
    }

    private static void Interleave<T>(List<(string Name, int Width)> columns, DataBatch batch, List<T> target, Func<float, T> convert)
    {
        float[][] parts = [.. columns.Select(c => TensorConversion.ToFloats(batch.Values[c.Name]))];
        for (int r = 0; r < batch.Rows; r++)
        {
            for (int p = 0; p < parts.Length; p++)
            {
                int width = columns[p].Width;
                for (int i = 0; i < width; i++)
                {
                    target.Add(convert(parts[p][(r * width) + i]));
                }
            }
        }
    }
}
