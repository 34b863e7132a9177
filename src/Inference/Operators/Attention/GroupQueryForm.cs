namespace Inference.Operators.Attention;

/// <summary>What grouped-query attention of one node does, and where its inputs stand. Query, key and value are inputs 0 to 2, past key and value 3 and 4.</summary>
internal sealed record GroupQueryForm
{
    /// <summary>Reads the attributes that all forms share.</summary>
    /// <exception cref="ModelLoadException">The key heads do not divide the heads.</exception>
    public GroupQueryForm(Node node)
    {
        Heads = node.Attributes.Int("num_heads");
        KeyHeads = node.Attributes.Int("kv_num_heads");
        Scale = node.Attributes.Float("scale", 0f);
        IsRotary = node.Attributes.Int("do_rotary", 0) == 1;
        IsInterleaved = node.Attributes.Int("rotary_interleaved", 0) == 1;
        if (Heads <= 0 || KeyHeads <= 0 || Heads % KeyHeads != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected kv_num_heads to divide num_heads, got kv_num_heads {KeyHeads} and num_heads {Heads}.");
        }
    }

    public long Heads { get; }

    public long KeyHeads { get; }

    /// <summary>0: 1/√head size.</summary>
    public float Scale { get; }

    public bool IsRotary { get; }

    public bool IsInterleaved { get; }

    /// <summary>The most keys a row sees; negative for all.</summary>
    public long Window { get; init; } = -1;

    /// <summary>Whether the past holds the newest positions alone.</summary>
    public bool IsSliding { get; init; }

    /// <summary>What output 3 holds: 0 nothing, 1 scores before the softmax, 2 after.</summary>
    public long ScoresOutput { get; init; }

    /// <summary>Bits of an element of the past and the present: 32 where they are floats, 8, or 4 of which a byte holds two.</summary>
    public int CacheBits { get; init; } = 32;

    /// <summary>The input with the sequences' lengths.</summary>
    public int Lengths { get; init; } = 5;

    /// <summary>What is added to a length to be the number of positions.</summary>
    public int LengthAddend { get; init; } = 1;

    /// <summary>The input with the longest length.</summary>
    public int Total { get; init; } = 6;

    /// <summary>The input with the cosines; the sines follow.</summary>
    public int Cosines { get; init; } = 7;

    /// <summary>The input with the positions; beyond the last where there is none.</summary>
    public int Positions { get; init; } = 9;

    /// <summary>The input with the scales of a quantized cache of keys; those of values follow.</summary>
    public int Scales { get; init; } = 12;

    /// <summary>Whether the present holds what the past held behind a sequence's end; else it holds zeros there.</summary>
    public bool KeepsRest { get; init; }

    /// <summary>Checks queries, keys, values, their past and the angles.</summary>
    /// <returns>B, S, D and P as far as they are known.</returns>
    /// <exception cref="ModelLoadException">They do not fit.</exception>
    public (Dimension Batch, Dimension Rows, Dimension Depth, Dimension Past) Check(InferContext context)
    {
        Dimension[]? q = context.InputShape(0);
        Dimension[]? k = context.InputShape(1);
        bool packed = !context.HasInput(1);
        RequireTogether(context, 1, 2, "key and value");
        RequireTogether(context, 3, 4, "past key and past value");
        RequireTogether(context, Cosines, Cosines + 1, "caches of cosines and sines");
        long parts = packed ? checked(Heads + 2 * KeyHeads) : Heads;
        if (q?[2].Size is { } width && (width == 0 || width % parts != 0))
        {
            throw context.Error($"input 0: expected a hidden size divisible by {parts} heads, got [{string.Join(",", q)}].");
        }

        Dimension depth = q?[2].Size is { } all ? Dimension.Fixed(all / parts) : Dimension.Unknown;
        Dimension keyHidden = depth.Size is { } d ? Dimension.Fixed(checked(d * KeyHeads)) : Dimension.Unknown;
        Dimension batch = q?[0] ?? Dimension.Unknown;
        Dimension rows = q?[1] ?? Dimension.Unknown;
        Dimension past = context.InputShape(3)?[2] ?? Dimension.Unknown;
        if (!packed)
        {
            // Without rows the past alone is attended.
            Dimension fresh = k is not null && k[1].Size == 0 && context.HasInput(3) && !IsSliding && !KeepsRest ? k[1] : rows;
            Shapes.RequireShape(context, 1, batch, fresh, keyHidden);
            Shapes.RequireShape(context, 2, batch, fresh, keyHidden);
        }

        Shapes.RequireShape(context, 3, batch, Dimension.Fixed(KeyHeads), past, Columns(depth));
        Shapes.RequireShape(context, 4, batch, Dimension.Fixed(KeyHeads), past, Columns(depth));
        if (IsRotary && !context.HasInput(Cosines))
        {
            throw context.Error($"inputs {Cosines} and {Cosines + 1}: expected caches of cosines and sines for do_rotary, but they are omitted.");
        }

        if (IsRotary && context.InputShape(Cosines) is { } angles && 2 * angles[1].Size > depth.Size)
        {
            throw context.Error($"input {Cosines}: expected rows of at most half the head size {depth}, got [{string.Join(",", angles)}].");
        }

        return (batch, rows, depth, past);
    }

    /// <summary>The sizes of a run, checked as far as the contents of its inputs decide.</summary>
    public GroupQuerySizes Sizes(KernelContext context)
    {
        Tensor q = context.Input(0);
        Tensor? k = context.OptionalInput(1);
        bool packed = k is null;
        long total = Typed.Scalars.ToInt64(context.Input(Total));
        long past = context.OptionalInput(3)?.Dims[2] ?? 0;
        long rows = q.Dims[1];
        bool holdsAll = IsSliding || KeepsRest;
        var s = new GroupQuerySizes(
            q.Dims[0], rows, k?.Dims[1] ?? rows, Heads, KeyHeads, q.Dims[2] / (packed ? Heads + 2 * KeyHeads : Heads), past, holdsAll ? past : Math.Max(total, past), total, packed);
        if (total <= 0 || (!IsSliding && total > (KeepsRest ? past : past + rows)) || (rows != total && rows > 1 && s.Batch != 1))
        {
            throw context.Error($"input {Total}: expected a length greater than 0 that fits in the {past} past and {rows} new positions, and equal to {rows} for several sequences with several new positions, got {total} for {s.Batch} sequences. Run the whole prompts of several sequences first, then one position of each.");
        }

        return s;
    }

    /// <summary>The last dimension of past and present.</summary>
    public Dimension Columns(Dimension depth) => CacheBits == 4 ? depth.Size is { } size ? Dimension.Fixed((size + 1) / 2) : Dimension.Unknown : depth;

    private static void RequireTogether(InferContext context, int first, int second, string what)
    {
        if (context.HasInput(first) != context.HasInput(second))
        {
            throw context.Error($"inputs {first} and {second}: expected both {what}, got only one of them.");
        }
    }
}
