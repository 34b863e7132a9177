using System.Numerics.Tensors;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;

namespace Inference.Optimization.Distillation;

/// <summary>One output of the teacher for all rows.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="RowShape">Its dimensions after the rows.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Values">Its elements as floats, row-major.</param>
internal sealed record TeacherAnswers(string Name, long[] RowShape, OnnxElementType Type, float[] Values)
{
    public int Width { get; } = (int)TensorPrimitives.Product<long>([1, .. RowShape]);

    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Width, Width);

    /// <summary>Runs the teacher over all rows. An output that a student cannot return is found in the first batch, before anything is trained.</summary>
    /// <param name="context">Provides the loader and receives progress.</param>
    /// <param name="teacher">The teacher.</param>
    /// <param name="data">The rows.</param>
    /// <param name="output">The only output to learn; null for all.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">An output is missing, is not a tensor of numbers with a row for each row of inputs, or is not finite.</exception>
    public static async Task<List<TeacherAnswers>> ReadAsync(OptimizationContext context, OnnxModel teacher, IDataSource data, string? output, CancellationToken cancellationToken)
    {
        await using ModelSession session = await ModelSession.OpenAsync(context, teacher, "teacher", cancellationToken).ConfigureAwait(false);
        string[] names = output is null ? [.. session.Runner.Info.Outputs.Select(static o => o.Name)] : [output];
        var shapes = new Dictionary<string, (long[] RowShape, ElementType Type)>(StringComparer.Ordinal);
        Dictionary<string, List<float>> values = names.ToDictionary(static n => n, static _ => new List<float>(), StringComparer.Ordinal);
        int done = 0;
        await foreach ((NamedValues outputs, int rows) in session.RunAllAsync(data, cancellationToken).ConfigureAwait(false))
        {
            using (outputs)
            {
                foreach (string name in names)
                {
                    TensorValue tensor = Checked(session, outputs, name, rows);
                    (long[] RowShape, ElementType Type) shape = (tensor.Shape[1..].ToArray(), tensor.ElementType);
                    if (!shapes.TryAdd(name, shape) && !shapes[name].RowShape.AsSpan().SequenceEqual(shape.RowShape))
                    {
                        throw new OptimizationException($"Student, output '{name}': expected rows of one shape, got {TensorShape.Format(shapes[name].RowShape)} and {TensorShape.Format(shape.RowShape)}. Students return outputs of a fixed shape; choose another output (--output-name).");
                    }

                    values[name].AddRange(TensorConversion.ToFloats(tensor));
                }

                done += rows;
                context.Report("teacher", done, (int)(data.RowCount ?? 0));
            }
        }

        return [.. names.Select(name => new TeacherAnswers(name, shapes[name].RowShape, Stored(shapes[name].Type), Finite(name, [.. values[name]], done)))];
    }

    private static OnnxElementType Stored(ElementType type) => type switch
    {
        ElementType.Float32 => OnnxElementType.Float32,
        ElementType.Float16 => OnnxElementType.Float16,
        ElementType.Float64 => OnnxElementType.Float64,
        ElementType.Int32 => OnnxElementType.Int32,
        ElementType.Int64 => OnnxElementType.Int64,
        _ => throw new OptimizationException($"Student: expected an output of floats, int32 or int64, got {type.Name()}. Choose the output to learn alone (--output-name)."),
    };

    private static TensorValue Checked(ModelSession session, NamedValues outputs, string name, int rows)
    {
        string others = string.Join(", ", session.Runner.Info.Outputs.Select(static o => o.Name));
        if (!outputs.TryGetValue(name, out ModelValue? value))
        {
            throw new OptimizationException($"Student, output '{name}': expected an output of the teacher, got none of this name. Choose one of {others} (--output-name).");
        }

        return value is TensorValue { Rank: > 0, ElementType: not ElementType.String } tensor && tensor.Shape[0] == rows
            ? tensor
            : throw new OptimizationException($"Student, output '{name}': expected a tensor of numbers with {rows} rows, got {value}. A student cannot return it; choose the output to learn alone (--output-name): {others}.");
    }

    private static float[] Finite(string name, float[] values, int rows)
    {
        int bad = Array.FindIndex(values, static v => !float.IsFinite(v));
        return bad < 0 ? values
            : throw new OptimizationException($"Student, output '{name}': expected finite numbers, got {values[bad]} in row {bad / (values.Length / rows)}. Remove the row, or correct the model.");
    }
}
