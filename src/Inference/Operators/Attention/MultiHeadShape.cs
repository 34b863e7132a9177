namespace Inference.Operators.Attention;

/// <summary>The sizes of attention on projected heads, as far as shapes are known.</summary>
internal readonly struct MultiHeadShape
{
    /// <summary>Checks query, key and value in any of their forms.</summary>
    /// <param name="context">The node.</param>
    /// <param name="heads">H.</param>
    /// <param name="isStep">Whether the query has one position, and a flat one without keys holds keys and values behind it.</param>
    /// <exception cref="Inference.ModelLoadException">They do not fit.</exception>
    public MultiHeadShape(InferContext context, long heads, bool isStep)
    {
        Dimension[]? q = context.InputShape(0);
        Dimension[]? k = context.InputShape(1);
        Dimension[]? v = context.InputShape(2);
        bool packed = !context.HasInput(1);
        bool holdsValue = packed || k is { Length: 5 };
        if (context.HasInput(2) == holdsValue && (packed || k is not null))
        {
            throw context.Error($"inputs 1 and 2: expected key and value, only a key [batch, keys, heads, 2, depth], or neither, got {(packed ? "a value" : $"a key [{string.Join(",", k!)}] {(holdsValue ? "and a" : "without")} value")}.");
        }

        Batch = q?[0] ?? Dimension.Unknown;
        Rows = q?[1] ?? Dimension.Unknown;
        Fresh = packed ? Rows : k is null ? Dimension.Unknown : k[k.Length == 4 ? 2 : 1];
        Depth = q is null ? Dimension.Unknown : q.Length == 5 ? q[4] : Divide(context, 0, q, packed ? 3 * heads : heads);
        ValueDepth = holdsValue ? Depth : v is null ? Dimension.Unknown : v.Length == 4 ? v[3] : Divide(context, 2, v, heads);
        if (q is not null && (packed ? q.Length == 3 && !isStep : q.Length != 3))
        {
            throw context.Error($"input 0: expected [batch, rows, hidden] with keys and [batch, rows, heads, 3, depth] without, got [{string.Join(",", q)}].");
        }

        if (isStep && Rows.Size is not (null or 1))
        {
            throw context.Error($"input 0: expected one position of each sequence, got [{string.Join(",", q!)}].");
        }

        Dimension own = Dimension.Fixed(heads);
        if (q is { Length: 5 })
        {
            Shapes.RequireShape(context, 0, q[0], q[1], own, Dimension.Fixed(3), q[4]);
        }

        if (k is null)
        {
            return;
        }

        switch (k.Length)
        {
            case 5:
                Shapes.RequireShape(context, 1, Batch, k[1], own, Dimension.Fixed(2), Depth);
                break;
            case 4:
                Shapes.RequireShape(context, 1, Batch, own, Fresh, Depth);
                Shapes.RequireShape(context, 2, Batch, own, Fresh, Dimension.Unknown);
                break;
            default:
                Shapes.RequireShape(context, 1, Batch, Fresh, Shapes.Product([own, Depth]));
                Shapes.RequireShape(context, 2, Batch, Fresh, Dimension.Unknown);
                break;
        }
    }

    public Dimension Batch { get; }

    /// <summary>Query positions.</summary>
    public Dimension Rows { get; }

    /// <summary>New key positions.</summary>
    public Dimension Fresh { get; }

    /// <summary>Size of a query or key head.</summary>
    public Dimension Depth { get; }

    /// <summary>Size of a value head.</summary>
    public Dimension ValueDepth { get; }

    private static Dimension Divide(InferContext context, int input, Dimension[] shape, long parts)
    {
        if (shape[^1].Size is not { } width)
        {
            return Dimension.Unknown;
        }

        return width % parts == 0 ? Dimension.Fixed(width / parts) : throw context.Error($"input {input}: expected a last dimension divisible by {parts} heads, got [{string.Join(",", shape)}].");
    }
}
