using Inference.Onnx;

namespace Inference.Benchmarks.Ownership;

/// <summary>
/// Models whose exact answer is known without running them. Numbers: y = x · W with x: float32[batch,256], W: [256,16], all small integers, so that sums are exact in any
/// order, and the row's number can be read off its answer. Strings: text[batch] → copy[batch], code[batch], the number of the text.
/// </summary>
internal static class OwnershipModel
{
    public const int Rows = 512;
    public const int Features = 256;
    public const int Outputs = 16;
    private static readonly float[] s_weights = Weights();
    private static readonly float[][] s_rows = [.. Enumerable.Range(0, Rows).Select(MakeRow)];
    private static readonly float[][] s_answers = [.. s_rows.Select(Multiply)];

    public static ReadOnlySpan<float> Row(int row) => s_rows[row];

    /// <summary>Whether these are the outputs of the rows asked.</summary>
    public static bool IsAnswer(ReadOnlySpan<float> y, ReadOnlySpan<int> rows)
    {
        if (y.Length != rows.Length * Outputs)
        {
            return false;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            if (!y.Slice(i * Outputs, Outputs).SequenceEqual(s_answers[rows[i]]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether these are the outputs of rows of this model, whichever they are.</summary>
    public static bool IsSomeAnswer(ReadOnlySpan<float> y)
    {
        for (int i = 0; i < y.Length; i += Outputs)
        {
            ReadOnlySpan<float> one = y.Slice(i, Outputs);
            float row = one[0];
            if (!(row is >= 0 and < Rows && row == MathF.Floor(row)) || !one.SequenceEqual(s_answers[(int)row]))
            {
                return false;
            }
        }

        return y.Length > 0 && y.Length % Outputs == 0;
    }

    public static string Text(int row) => "row " + row.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static byte[] Numbers()
    {
        using OnnxModel model = New("numbers");
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", Features)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", Outputs)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", s_weights, Features, Outputs));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["x", "w"], ["y"]));
        return model.ToArray();
    }

    public static byte[] Strings()
    {
        using OnnxModel model = New("strings");
        model.OperatorSets.Add(new OnnxOperatorSet("ai.onnx.ml", 2));
        model.Graph.Inputs.Add(new("text", OnnxType.Tensor(OnnxElementType.String, "batch")));
        model.Graph.Outputs.Add(new("copy", OnnxType.Tensor(OnnxElementType.String, "batch")));
        model.Graph.Outputs.Add(new("code", OnnxType.Tensor(OnnxElementType.Int64, "batch")));
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["text"], ["copy"]));
        var encoder = new OnnxNode("LabelEncoder", ["text"], ["code"], "ai.onnx.ml");
        encoder.SetAttribute(OnnxAttribute.FromStrings("keys_strings", [.. Enumerable.Range(0, Rows).Select(Text)]));
        encoder.SetAttribute(OnnxAttribute.FromInts("values_int64s", [.. Enumerable.Range(0, Rows).Select(r => (long)r)]));
        model.Graph.Nodes.Add(encoder);
        return model.ToArray();
    }

    private static OnnxModel New(string name)
    {
        var model = new OnnxModel { IrVersion = 8, ProducerName = "ownership" };
        model.OperatorSets.Add(new OnnxOperatorSet("", 17));
        model.Graph.Name = name;
        return model;
    }

    // Column 0 picks the first feature, which is the row's number.
    private static float[] Weights()
    {
        var random = new Random(1);
        float[] weights = new float[Features * Outputs];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = i % Outputs == 0 ? (i == 0 ? 1 : 0) : random.Next(-2, 3);
        }

        return weights;
    }

    private static float[] MakeRow(int row)
    {
        var random = new Random(row + 100);
        float[] x = new float[Features];
        for (int i = 0; i < Features; i++)
        {
            x[i] = i == 0 ? row : random.Next(-8, 9);
        }

        return x;
    }

    private static float[] Multiply(float[] x)
    {
        float[] y = new float[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Features; i++)
            {
                y[o] += x[i] * s_weights[(i * Outputs) + o];
            }
        }

        return y;
    }
}
