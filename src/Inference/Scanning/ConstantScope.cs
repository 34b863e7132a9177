using System.Buffers.Binary;
using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Constants that a graph can see, by name: initializers and Constant nodes, its own and those of the graphs around it.</summary>
[Pattern("Constant", "Identity")]
internal sealed class ConstantScope(ConstantScope? outer)
{
    // Larger ones are no sizes, counts or conditions.
    private const int MostElements = 64;
    private readonly Dictionary<string, long[]?> _integers = new(StringComparer.Ordinal);

    public static ConstantScope Of(OnnxGraph graph, ConstantScope? outer)
    {
        var scope = new ConstantScope(outer);
        foreach (OnnxValueInfo input in graph.Inputs)
        {
            scope._integers[input.Name] = null;
        }

        foreach (OnnxTensor tensor in graph.Initializers)
        {
            scope._integers[tensor.Name] = IntegersOf(tensor);
        }

        scope.Add(graph.Nodes);
        return scope;
    }

    public static ConstantScope Of(OnnxFunction function)
    {
        var scope = new ConstantScope(null);
        scope.Add(function.Nodes);
        return scope;
    }

    /// <summary>The elements of a constant of few integers or booleans; null if the value is not one.</summary>
    public long[]? Integers(string name) => _integers.TryGetValue(name, out long[]? values) ? values : outer?.Integers(name);

    private void Add(List<OnnxNode> nodes)
    {
        foreach (OnnxNode node in nodes)
        {
            foreach (string output in node.Outputs)
            {
                _integers[output] = null;
            }

            if (node.OpType == "Constant" && node.Domain is "" or "ai.onnx" && node.Outputs.Count == 1)
            {
                _integers[node.Outputs[0]] = node.Attribute("value")?.Tensor is { } tensor ? IntegersOf(tensor)
                    : node.Attribute("value_int") is { } one ? [one.Int]
                    : node.Attribute("value_ints")?.Ints is { Length: <= MostElements } many ? many
                    : node.Attribute("value_float") is { } number ? [(long)number.Float]
                    : node.Attribute("value_floats")?.Floats is { Length: <= MostElements } numbers ? [.. numbers.Select(static f => (long)f)]
                    : null;
            }
            else if (node.OpType == "Identity" && node.Domain is "" or "ai.onnx" && node is { Inputs.Count: 1, Outputs.Count: 1 })
            {
                _integers[node.Outputs[0]] = Integers(node.Inputs[0]);
            }
        }
    }

    private static long[]? IntegersOf(OnnxTensor tensor)
    {
        int width = tensor.ElementType switch
        {
            OnnxElementType.Int64 => 8,
            OnnxElementType.Int32 or OnnxElementType.Float32 => 4,
            OnnxElementType.Bool => 1,
            _ => 0,
        };
        try
        {
            if (width == 0 || tensor.ElementCount > MostElements)
            {
                return null;
            }

            ReadOnlySpan<byte> bytes = tensor.GetBytes().Span;
            var values = new long[tensor.ElementCount];
            for (int i = 0; i < values.Length; i++)
            {
                ReadOnlySpan<byte> element = bytes.Slice(i * width, width);
                values[i] = tensor.ElementType switch
                {
                    OnnxElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
                    OnnxElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
                    OnnxElementType.Float32 => (long)BinaryPrimitives.ReadSingleLittleEndian(element),
                    _ => element[0],
                };
            }

            return values;
        }
        catch (OnnxFormatException)
        {
            // Reported by the rule for tensors.
            return null;
        }
    }
}
