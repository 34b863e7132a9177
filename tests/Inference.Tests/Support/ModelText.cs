using System.Globalization;
using Inference.Onnx;

namespace Inference.Tests.Support;

/// <summary>
/// A model written in lines: <c>y = Op(x, [1,2], 3) axis=1 perm=[1,0]</c>. <c>[…]</c> is an int64 vector, a number an int64 scalar, <c>f:2x3</c> a float constant of that shape,
/// <c>_</c> an input left out; several outputs are parted by commas. The last output is the model's.
/// </summary>
internal static class ModelText
{
    /// <summary>A model with float inputs of the given shapes: <c>x: N,4</c>.</summary>
    public static OnnxModel Read(string inputs, string text)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 18));
        model.Graph.Name = "text";
        foreach (string input in inputs.Split(';', StringSplitOptions.TrimEntries))
        {
            string[] parts = input.Split(':', StringSplitOptions.TrimEntries);
            OnnxDimension[] shape = [.. parts[1].Split(',').Select(d => long.TryParse(d, out long size) ? (OnnxDimension)size : d)];
            model.Graph.Inputs.Add(new(parts[0], OnnxType.Tensor(OnnxElementType.Float32, shape)));
        }

        foreach (string line in text.Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            model.Graph.Nodes.Add(Node(model, line));
        }

        model.Graph.Outputs.Add(new(model.Graph.Nodes[^1].Outputs[0], null));
        return model;
    }

    private static OnnxNode Node(OnnxModel model, string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        int open = line.IndexOf('(', StringComparison.Ordinal);
        int close = line.LastIndexOf(')');
        string[] inputs = [.. Split(line[(open + 1)..close]).Select(i => Input(model, i))];
        var node = new OnnxNode(line[(equals + 1)..open].Trim(), inputs, line[..equals].Split(',', StringSplitOptions.TrimEntries));
        foreach (string attribute in line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = attribute.Split('=');
            _ = pair[1][0] == '[' ? node.SetAttribute(pair[0], Numbers(pair[1]))
                : long.TryParse(pair[1], out long number) ? node.SetAttribute(pair[0], number)
                : node.SetAttribute(pair[0], pair[1]);
        }

        return node;
    }

    private static string Input(OnnxModel model, string text)
    {
        string name = $"c{model.Graph.Initializers.Count}";
        if (text == "_")
        {
            return "";
        }

        if (text[0] == '[')
        {
            long[] numbers = Numbers(text);
            model.Graph.Initializers.Add(OnnxTensor.Create<long>(name, numbers, numbers.Length));
        }
        else if (long.TryParse(text, out long number))
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<long>(name, [number]));
        }
        else if (text.StartsWith("f:", StringComparison.Ordinal))
        {
            long[] shape = [.. text[2..].Split('x').Select(d => long.Parse(d, CultureInfo.InvariantCulture))];
            float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => MathF.Sin(i + 1))];
            model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, values, shape));
        }
        else
        {
            return text;
        }

        return name;
    }

    private static long[] Numbers(string text) => [.. text.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => long.Parse(d, CultureInfo.InvariantCulture))];

    // Commas inside brackets do not part.
    private static IEnumerable<string> Split(string text)
    {
        int depth = 0;
        int from = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                yield return text[from..i].Trim();
                from = i + 1;
            }
        }

        if (text.Trim().Length > 0)
        {
            yield return text[from..].Trim();
        }
    }
}
