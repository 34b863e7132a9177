using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Ir;
using Inference.Operators.Contract;

namespace Inference.Snapshot;

/// <summary>A graph as text: a line a node with its operator, attributes and inputs, in order.</summary>
internal sealed class GraphText
{
    private readonly StringBuilder _text = new();

    public void Line(string line) => _text.Append(line).Append('\n');

    public override string ToString() => _text.ToString();

    /// <summary>A type's name with its arguments' names, without namespaces.</summary>
    public static string NameOf(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.Name;
        }

        string name = type.Name.Contains('`', StringComparison.Ordinal) ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] : type.Name;
        return $"{name}<{string.Join(',', type.GetGenericArguments().Select(NameOf))}>";
    }

    public void Graph(ModelGraph graph, string indent = "")
    {
        Line($"{indent}graph {graph.Name} ({string.Join(", ", graph.Inputs.Select(i => $"{i.Name} {i.Type}"))}) captures ({string.Join(", ", graph.Captures.Select(c => c.Name))})");
        foreach (Node node in graph.Nodes)
        {
            Line($"{indent}  {string.Join(", ", node.Outputs.Select(o => o is null ? "-" : $"{o.Name} {o.Type}"))} = {node.QualifiedType}-{node.Opset} {NameOf(node.Operator!.GetType())} ({string.Join(", ", node.Inputs.Select(Describe))})");
            foreach ((string name, object value) in node.Attributes.Items.OrderBy(a => a.Key, StringComparer.Ordinal))
            {
                if (value is ModelGraph or ModelGraph[])
                {
                    foreach (ModelGraph inner in value as ModelGraph[] ?? [(ModelGraph)value])
                    {
                        Line($"{indent}    {name}:");
                        Graph(inner, indent + "      ");
                    }
                }
                else
                {
                    Line($"{indent}    {name} = {Describe(value)}");
                }
            }
        }

        Line($"{indent}  outputs {string.Join(", ", graph.Outputs.Select(Describe))}");
    }

    private static string Describe(Value? value) => value is null ? "-" : value.Constant is { } constant ? Describe(constant) : value.Name;

    private static string Describe(object value) => value switch
    {
        Tensor { Type: ElementType.String } strings => $"{strings} strings",
        Tensor tensor => $"{tensor}#{Convert.ToHexStringLower(SHA256.HashData(tensor.Bytes))[..16]}",
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        float[] numbers => string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture))),
        Array items => string.Join(' ', items.Cast<object>()),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
