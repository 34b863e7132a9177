using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Stores the rows of large embedding tables in 8 bits: u8 codes with a scale and a bias for each row. The table is never expanded: Gather reads codes, scale and bias, and
/// Cast·Mul·Add restores only the requested rows.
/// </summary>
internal static class EmbeddingQuantization
{
    /// <summary>The size of the additional nodes and names of one table in the file, bytes.</summary>
    private const int Overhead = 600;

    /// <returns>The decision on each table: its name, whether it was quantized, and why.</returns>
    public static List<(string Table, bool Quantized, string Reason)> Apply(GraphEditor editor, IReadOnlyCollection<string> excluded)
    {
        var report = new List<(string, bool, string)>();
        foreach (OnnxTensor table in editor.Graph.Initializers.Where(t => Weights.IsFloat(t) && t.Dims.Length == 2 && t.ElementCount > 0).ToList())
        {
            IReadOnlyList<OnnxNode> readers = editor.Index.Consumers(table.Name);
            List<OnnxNode> gathers = [.. readers.Where(n => n is { OpType: "Gather", Domain: "" or "ai.onnx" } && n.Inputs[0] == table.Name && n.GetInt("axis") == 0).Distinct()];
            if (gathers.Count == 0)
            {
                continue;
            }

            long saved = table.ByteCount - table.ElementCount - (table.Dims[0] * 8);
            if (gathers.Count != readers.Count)
            {
                report.Add((table.Name, false, "another operator reads the same weights (tied), so they stay shared"));
            }
            else if (gathers.Exists(g => excluded.Contains(g.Name) || excluded.Contains(g.Outputs[0])))
            {
                report.Add((table.Name, false, "excluded by option"));
            }
            else if (saved < Overhead * gathers.Count)
            {
                report.Add((table.Name, false, $"would save {Math.Max(0, saved)} bytes and add about {Overhead * gathers.Count}"));
            }
            else
            {
                Quantize(editor, table, gathers);
                report.Add((table.Name, true, "8 bits per value, scale and bias per row"));
            }
        }

        return report;
    }

    /// <summary>value = code · scale + bias, bias = lowest value of the row.</summary>
    public static (byte[] Codes, float[] Scales, float[] Biases) Encode(ReadOnlySpan<float> values, int rows)
    {
        int width = values.Length / rows;
        var codes = new byte[values.Length];
        var scales = new float[rows];
        var biases = new float[rows];
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> row = values.Slice(r * width, width);
            float min = System.Numerics.Tensors.TensorPrimitives.Min(row);
            float max = System.Numerics.Tensors.TensorPrimitives.Max(row);
            float scale = (float)(((double)max - min) / 255);
            scales[r] = scale > 0 ? scale : 1;
            biases[r] = min;
            for (int i = 0; i < width; i++)
            {
                codes[(r * width) + i] = (byte)Math.Clamp(MathF.Round((row[i] - min) / scales[r], MidpointRounding.ToEven), 0, 255);
            }
        }

        return (codes, scales, biases);
    }

    private static void Quantize(GraphEditor editor, OnnxTensor table, List<OnnxNode> gathers)
    {
        int rows = (int)table.Dims[0];
        (byte[] codes, float[] scales, float[] biases) = Encode(Weights.Read(table), rows);
        string codesName = editor.AddConstant(Weights.Make<byte>(editor.Names.New("e"), OnnxElementType.UInt8, codes, table.Dims));
        string scaleName = editor.AddFloats("s", scales, rows, 1);
        string biasName = editor.AddFloats("b", biases, rows, 1);
        foreach (OnnxNode gather in gathers)
        {
            string ids = gather.Inputs[1];
            string[] parts = [editor.Names.New("g"), editor.Names.New("g"), editor.Names.New("g"), editor.Names.New("g"), editor.Names.New("g")];
            editor.Replace(
                gather,
                new OnnxNode("Gather", [codesName, ids], [parts[0]], name: gather.Name),
                new OnnxNode("Cast", [parts[0]], [parts[1]]).SetAttribute("to", (long)OnnxElementType.Float32),
                new OnnxNode("Gather", [scaleName, ids], [parts[2]]),
                new OnnxNode("Mul", [parts[1], parts[2]], [parts[3]]),
                new OnnxNode("Gather", [biasName, ids], [parts[4]]),
                new OnnxNode("Add", [parts[3], parts[4]], [gather.Outputs[0]]));
        }
    }
}
