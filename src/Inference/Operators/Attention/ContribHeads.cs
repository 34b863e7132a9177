namespace Inference.Operators.Attention;

/// <summary>Attributes that Attention and QAttention of com.microsoft share, and their shape rule.</summary>
internal sealed class ContribHeads
{
    private readonly long[]? _sizes;

    public ContribHeads(Node node)
    {
        Count = node.Attributes.Int("num_heads");
        Causal = node.Attributes.Int("unidirectional", 0) != 0;
        Scale = node.Attributes.Float("scale", 0f);
        MaskValue = node.Attributes.Float("mask_filter_value", -10000f);
        _sizes = node.Attributes.Ints("qkv_hidden_sizes");
        if (Count <= 0 || _sizes is { Length: not (0 or 3) } || Array.Exists(_sizes ?? [], s => s <= 0))
        {
            throw new ModelLoadException($"{node.Describe()}: expected num_heads ≥ 1 and three positive qkv_hidden_sizes, got {Count} and [{string.Join(",", _sizes ?? [])}].");
        }

        foreach (string name in (ReadOnlySpan<string>)["do_rotary", "past_present_share_buffer"])
        {
            if (node.Attributes.Int(name, 0) != 0)
            {
                throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected 0, got {node.Attributes.Int(name, 0)}; other forms are not supported.");
            }
        }
    }

    public long Count { get; }

    public bool Causal { get; }

    /// <summary>0: 1/√head size.</summary>
    public float Scale { get; }

    /// <summary>What is added to scores of masked keys.</summary>
    public float MaskValue { get; }

    /// <summary>The widths of Q, K and V in a projection of a width.</summary>
    public (long Query, long Key, long Value) Split(long width) =>
        _sizes is { Length: 3 } ? (_sizes[0], _sizes[1], _sizes[2]) : (width / 3, width / 3, width / 3);

    /// <summary>Checks mask, past, attention bias (−1: none) and the widths of the projection, and states the outputs.</summary>
    public void Infer(InferContext context, ElementType type, Dimension[]? x, Dimension[]? w, int maskInput, int pastInput, int biasInput)
    {
        if (x is null || w?[1].Size is not { } width)
        {
            context.SetOutput(0, type, x is null ? null : [x[0], x[1], Dimension.Unknown]);
            context.SetOutput(1, type, null);
            return;
        }

        (long query, long key, long value) = Split(width);
        if (checked(query + key + value) != width || query % Count != 0 || value % Count != 0 || query != key)
        {
            throw context.Error($"input 1: expected a width of Q, K and V that is divisible by {Count} heads, got {width}.");
        }

        if (query != value && (context.HasInput(pastInput) || context.HasOutput(1)))
        {
            throw context.Error($"expected Q, K and V of equal width because past or present is used, got {query}, {key} and {value}.");
        }

        Shapes.RequireShape(context, pastInput, Dimension.Fixed(2), x[0], Dimension.Fixed(Count), Dimension.Unknown, Dimension.Fixed(key / Count));
        Dimension past = !context.HasInput(pastInput) ? Dimension.Fixed(0) : context.InputShape(pastInput) is { Length: 5 } shape ? shape[3] : Dimension.Unknown;
        Dimension total = past.Size is { } p && x[1].Size is { } s ? Dimension.Fixed(checked(p + s)) : Dimension.Unknown;
        if (biasInput >= 0)
        {
            Shapes.RequireBroadcast(context, biasInput, [x[0], Dimension.Fixed(Count), x[1], total]);
        }

        ContribMask.Check(context, maskInput, x[0], x[1], total, total);
        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", x[0], Dimension.Fixed(Count), x[1], total);
        Shapes.RequireHoldable(context, "projection [batch, rows, width]", x[0], x[1], w[1]);
        context.SetOutput(0, type, [x[0], x[1], Dimension.Fixed(value)]);
        if (context.HasOutput(1))
        {
            context.SetOutput(1, type, [Dimension.Fixed(2), x[0], Dimension.Fixed(Count), total, Dimension.Fixed(key / Count)]);
        }
    }

    public static void PropagateBatch(BatchContext context, int maskInput, int pastInput)
    {
        bool apart = context.InputAxis(0) == 0;
        for (int i = 1; i < context.InputCount; i++)
        {
            if (context.Node.HasInput(i))
            {
                // Masks of one dimension may hold ends and starts of all rows, one after another.
                apart &= i == maskInput ? context.InputAxis(i) == 0 && context.InputShape(i) is { Length: > 1 }
                    : i == pastInput ? context.InputAxis(i) == 1
                    : context.InputAxis(i) == BatchContext.None;
            }
        }

        if (!apart)
        {
            context.SetAllMixed();
            return;
        }

        context.SetOutputAxis(0, 0);
        if (context.Node.Outputs.Count > 1)
        {
            context.SetOutputAxis(1, 1);
        }
    }
}
