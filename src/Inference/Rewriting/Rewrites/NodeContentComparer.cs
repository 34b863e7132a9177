namespace Inference.Rewriting.Rewrites;

/// <summary>Compares nodes by what they compute: operator, which outputs there are (Split divides by their number), inputs, attributes.</summary>
/// <param name="replacements">Values that stand for others: inputs are compared after replacement.</param>
internal sealed class NodeContentComparer(IReadOnlyDictionary<Value, Value> replacements) : IEqualityComparer<Node>
{
    // Constants above this size are compared by identity alone.
    private const int MaxComparedBytes = 64;

    // Nodes with longer attributes (trees, weights of linear models) are not compared.
    private const int MaxComparedNumbers = 64;

    /// <summary>Whether all attributes can be compared.</summary>
    public static bool Compares(Node node)
    {
        foreach ((_, object attribute) in node.Attributes.Items)
        {
            if (attribute is not (long or float or string or long[] { Length: <= MaxComparedNumbers } or float[] { Length: <= MaxComparedNumbers }))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(Node? x, Node? y) =>
        x is not null && y is not null && x.OpType == y.OpType && x.Domain == y.Domain && x.Opset == y.Opset && SameOutputs(x.Outputs, y.Outputs) && SameInputs(x.Inputs, y.Inputs) && SameAttributes(x.Attributes, y.Attributes);

    public int GetHashCode(Node node)
    {
        var hash = new HashCode();
        hash.Add(node.OpType);
        hash.Add(node.Domain);
        hash.Add(node.Opset);
        hash.Add(node.Outputs.Count);
        hash.Add(node.Attributes.Items.Count);
        foreach (Value? input in node.Inputs)
        {
            if (input is null)
            {
                hash.Add(0);
            }
            else if (Small(Current(input)) is { } constant)
            {
                hash.AddBytes(constant.Bytes);
            }
            else
            {
                hash.Add(Identity(Current(input)));
            }
        }

        return hash.ToHashCode();
    }

    private bool SameInputs(List<Value?> x, List<Value?> y)
    {
        for (int i = 0; i < Math.Max(x.Count, y.Count); i++)
        {
            if (i >= x.Count || i >= y.Count || !Same(x[i], y[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool Same(Value? x, Value? y)
    {
        if (x is null || y is null)
        {
            return x == y;
        }

        (x, y) = (Current(x), Current(y));
        return Small(x) is { } a && Small(y) is { } b
            ? a.Type == b.Type && a.Dims.SequenceEqual(b.Dims) && a.Bytes.SequenceEqual(b.Bytes)
            : Identity(x) == Identity(y);
    }

    private static bool SameOutputs(List<Value?> x, List<Value?> y)
    {
        if (x.Count != y.Count)
        {
            return false;
        }

        for (int i = 0; i < x.Count; i++)
        {
            if ((x[i] is null) != (y[i] is null))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameAttributes(AttributeMap x, AttributeMap y)
    {
        if (x.Items.Count != y.Items.Count)
        {
            return false;
        }

        foreach ((string name, object a) in x.Items)
        {
            if (!y.Items.TryGetValue(name, out object? b) || !SameAttribute(a, b))
            {
                return false;
            }
        }

        return true;
    }

    // Floats by their bits: 0 and −0 are different numbers, and NaN is the same.
    private static bool SameAttribute(object a, object b) => (a, b) switch
    {
        (long x, long y) => x == y,
        (float x, float y) => BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y),
        (string x, string y) => x == y,
        (long[] x, long[] y) => x.AsSpan().SequenceEqual(y),
        (float[] x, float[] y) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.AsSpan()).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.AsSpan())),
        _ => false,
    };

    private Value Current(Value value)
    {
        while (replacements.TryGetValue(value, out Value? next))
        {
            value = next;
        }

        return value;
    }

    private static Tensor? Small(Value value) => value.Constant is { } constant && constant.Type != ElementType.String && constant.ByteCount <= MaxComparedBytes ? constant : null;

    private static object Identity(Value value) => (object?)value.Constant ?? value;
}
