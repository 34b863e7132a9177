using System.Globalization;
using System.Text;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Keeps one of several deterministic nodes with equal operator, attributes and inputs.</summary>
internal static class CommonSubexpressions
{
    // Constants above this size are compared by identity alone.
    private const int MaxComparedBytes = 64;

    // Nodes with longer attributes (trees, weights of linear models) are not compared.
    private const int MaxComparedNumbers = 64;

    public static void Run(ModelGraph graph)
    {
        var seen = new Dictionary<string, Node>(StringComparer.Ordinal);
        var identity = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var replacements = new Dictionary<Value, Value>();
        var outputs = new HashSet<Value>(graph.Outputs);
        graph.Nodes.RemoveAll(node =>
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (!node.Operator!.IsDeterministic || node.Outputs.Exists(o => o is not null && outputs.Contains(o)) || Key(node) is not { } key)
            {
                return false;
            }

            if (seen.TryAdd(key, node))
            {
                return false;
            }

            for (int i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i] is { } output)
                {
                    replacements[output] = seen[key].Outputs[i]!;
                }
            }

            return true;
        });
        GraphEdit.ReplaceUses(graph, replacements);

        string? Key(Node node)
        {
            // Which outputs there are is part of it: Split divides by their number.
            var key = new StringBuilder(node.Domain).Append('.').Append(node.OpType).Append(node.Opset).Append('>');
            foreach (Value? output in node.Outputs)
            {
                key.Append(output is null ? '-' : '+');
            }

            foreach (Value? input in node.Inputs)
            {
                key.Append('|');
                if (input is not null)
                {
                    AppendValue(key, input);
                }
            }

            string[] names = [.. node.Attributes.Items.Keys];
            Array.Sort(names, StringComparer.Ordinal);
            foreach (string name in names)
            {
                object attribute = node.Attributes.Items[name];
                key.Append(';').Append(name).Append('=').Append(attribute.GetType().Name).Append(':');
                switch (attribute)
                {
                    case long number:
                        key.Append(number);
                        break;
                    case float number:
                        key.Append(BitConverter.SingleToInt32Bits(number));
                        break;
                    case string text:
                        key.Append(text.Length).Append(':').Append(text);
                        break;
                    case long[] { Length: <= MaxComparedNumbers } numbers:
                        key.AppendJoin(',', numbers);
                        break;
                    case float[] { Length: <= MaxComparedNumbers } numbers:
                        foreach (float number in numbers)
                        {
                            key.Append(BitConverter.SingleToInt32Bits(number)).Append(',');
                        }

                        break;
                    default:
                        return null;
                }
            }

            return key.ToString();
        }

        void AppendValue(StringBuilder key, Value value)
        {
            Value current = value;
            while (replacements.TryGetValue(current, out Value? next))
            {
                current = next;
            }

            if (current.Constant is { } constant && constant.Type != ElementType.String && constant.ByteCount <= MaxComparedBytes)
            {
                key.Append(constant).Append(Convert.ToHexString(constant.Bytes));
                return;
            }

            if (!identity.TryGetValue((object?)current.Constant ?? current, out int id))
            {
                id = identity.Count;
                identity.Add((object?)current.Constant ?? current, id);
            }

            key.Append('#').Append(id);
        }
    }
}
