using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>Attributes of grouped-query attention, its shape rule, and the sizes of a run.</summary>
internal sealed class GroupQueryAttributes
{
    private readonly bool _causal;
    private readonly float _softcap;
    private readonly bool _smooth;
    private readonly bool _isPerColumn;

    public GroupQueryAttributes(Node node)
    {
        Heads = node.Attributes.Int("num_heads");
        KeyHeads = node.Attributes.Int("kv_num_heads");
        _causal = node.Attributes.Int("causal", 1) != 0;
        Window = node.Attributes.Int("local_window_size", -1);
        Scale = node.Attributes.Float("scale", 0f);
        _softcap = node.Attributes.Float("softcap", 0f);
        _smooth = node.Attributes.Int("smooth_softmax", 0) == 1;
        IsRotary = node.Attributes.Int("do_rotary", 0) == 1;
        IsInterleaved = node.Attributes.Int("rotary_interleaved", 0) == 1;
        IsSliding = node.Attributes.Int("sliding_window_cache", 0) == 1;
        ScoresOutput = node.Attributes.Int("qk_output", 0);
        if (Heads <= 0 || KeyHeads <= 0 || Heads % KeyHeads != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected kv_num_heads to divide num_heads, got kv_num_heads {KeyHeads} and num_heads {Heads}.");
        }

        if ((IsSliding && Window <= 0) || (!_causal && Window != -1))
        {
            throw new ModelLoadException($"{node.Describe()}: expected local_window_size above 0 with sliding_window_cache, and -1 without causal, got {Window}.");
        }

        string[] kinds = [node.Attributes.String("k_quant_type", "NONE"), node.Attributes.String("v_quant_type", "NONE")];
        long bits = node.Attributes.Int("kv_cache_bit_width", 0);
        _isPerColumn = kinds[0] == "PER_CHANNEL";
        CacheBits = kinds[0] == "NONE" ? 32 : (int)bits;
        bool known = kinds[0] == "NONE" ? bits == 0 : kinds[0] is "PER_TENSOR" or "PER_CHANNEL" && bits is 4 or 8;
        if (kinds[0] != kinds[1] || !known)
        {
            throw new ModelLoadException($"{node.Describe()}: expected k_quant_type and v_quant_type alike, NONE with a kv_cache_bit_width of 0, or PER_TENSOR or PER_CHANNEL with one of 4 or 8, got {kinds[0]}, {kinds[1]} and {bits}.");
        }
    }

    public long Heads { get; }

    public long KeyHeads { get; }

    /// <summary>The most keys a row sees; negative for all.</summary>
    public long Window { get; }

    /// <summary>0: 1/√head size.</summary>
    public float Scale { get; }

    public bool IsRotary { get; }

    public bool IsInterleaved { get; }

    /// <summary>Whether the past holds the newest positions alone.</summary>
    public bool IsSliding { get; }

    /// <summary>Bits of an element of the past and the present: 32 where they are floats, 8, or 4 of which a byte holds two.</summary>
    public int CacheBits { get; }

    /// <summary>What output 3 holds: 0 nothing, 1 scores before the softmax, 2 after.</summary>
    public long ScoresOutput { get; }

    public GroupQueryMask Mask(KernelContext context) => new(_causal, Window, _softcap, _smooth, context.OptionalInput(10), context.OptionalInput(11));

    /// <summary>Checks the inputs and states the outputs.</summary>
    public void Infer(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? q = context.InputShape(0);
        Dimension[]? k = context.InputShape(1);
        Dimension[]? past = context.InputShape(3);
        bool packed = !context.HasInput(1);
        RequireTogether(context, 1, 2, "key and value");
        RequireTogether(context, 3, 4, "past key and past value");
        RequireTogether(context, 7, 8, "caches of cosines and sines");
        if (context.HasInput(14) || context.HasInput(15))
        {
            throw context.Error("inputs 14 and 15: expected no weights that normalize queries and keys, as ONNX Runtime's CPU provider does. Normalize them by operators before this one.");
        }

        long parts = packed ? Heads + 2 * KeyHeads : Heads;
        if (q?[2].Size is { } width && (width == 0 || width % parts != 0))
        {
            throw context.Error($"input 0: expected a hidden size that {parts} heads divide, got [{string.Join(",", q)}].");
        }

        Dimension depth = q?[2].Size is { } all ? Dimension.Fixed(all / parts) : Dimension.Unknown;
        Dimension keyHidden = depth.Size is { } d ? Dimension.Fixed(d * KeyHeads) : Dimension.Unknown;
        Dimension batch = q?[0] ?? Dimension.Unknown;
        Dimension rows = q?[1] ?? Dimension.Unknown;
        if (!packed)
        {
            // Without rows the past alone is attended.
            Dimension fresh = k is not null && k[1].Size == 0 && context.HasInput(3) && !IsSliding ? k[1] : rows;
            Shapes.RequireShape(context, 1, batch, fresh, keyHidden);
            Shapes.RequireShape(context, 2, batch, fresh, keyHidden);
        }

        Dimension pastRows = past?[2] ?? Dimension.Unknown;
        CheckCache(context, type, batch, pastRows, depth);
        CheckOptions(context, batch, rows, depth, pastRows);
        SetOutputs(context, type, q is null ? null : [q[0], q[1], Heads * depth.Size is { } hidden ? Dimension.Fixed(hidden) : Dimension.Unknown], batch, rows, depth, pastRows);
    }

    /// <summary>The sizes of a run, checked as far as the contents of its inputs decide.</summary>
    public GroupQuerySizes Sizes(KernelContext context)
    {
        Tensor q = context.Input(0);
        Tensor? k = context.OptionalInput(1);
        Tensor? past = context.OptionalInput(3);
        bool packed = k is null;
        long total = Scalars.ToInt64(context.Input(6));
        long pastRows = past?.Dims[2] ?? 0;
        long rows = q.Dims[1];
        var s = new GroupQuerySizes(
            q.Dims[0], rows, k?.Dims[1] ?? rows, Heads, KeyHeads, q.Dims[2] / (packed ? Heads + 2 * KeyHeads : Heads), pastRows, IsSliding ? pastRows : Math.Max(total, pastRows), total, packed);
        if (total <= 0 || (!IsSliding && total > pastRows + rows) || (rows != total && rows > 1 && s.Batch != 1))
        {
            throw context.Error($"input 6: expected a length above 0 that the {pastRows} positions of the past and the {rows} new ones hold, and {rows} where they are new ones of several sequences, got {total} for {s.Batch} sequences. Feed prompts of several sequences whole, and then one position of each.");
        }

        return s;
    }

    private void CheckCache(InferContext context, ElementType type, Dimension batch, Dimension pastRows, Dimension depth)
    {
        ElementType held = CacheType(type);
        Dimension columns = Columns(depth);
        for (int i = 3; i <= 4; i++)
        {
            Shapes.RequireShape(context, i, batch, Dimension.Fixed(KeyHeads), pastRows, columns);
            if (context.InputType(i) is not ElementType.Undefined and var own && type != ElementType.Undefined && own != held)
            {
                throw context.Error($"input {i}: expected {held.Name()} as the query and the attribute 'kv_cache_bit_width' say, got {own.Name()}.");
            }

            // 12 and 13: the scales.
            if (CacheBits != 32 && !context.HasInput(i + 9))
            {
                throw context.Error($"input {i + 9}: expected the scales of the quantized cache, but they are left out.");
            }

            if (CacheBits != 32 && Shapes.Sizes(context.InputShape(i + 9)) is { } scales && depth.Size is { } size && TensorShape.Count(scales) != (_isPerColumn ? checked(KeyHeads * size) : 1))
            {
                throw context.Error($"input {i + 9}: expected {(_isPerColumn ? $"a scale for each of {KeyHeads} heads of {depth} columns" : "one scale")}, got [{string.Join(",", scales)}].");
            }
        }
    }

    private ElementType CacheType(ElementType query) => CacheBits switch { 8 => ElementType.Int8, 4 => ElementType.UInt8, _ => query };

    private Dimension Columns(Dimension depth) => CacheBits == 4 ? depth.Size is { } size ? Dimension.Fixed((size + 1) / 2) : Dimension.Unknown : depth;

    private void CheckOptions(InferContext context, Dimension batch, Dimension rows, Dimension depth, Dimension pastRows)
    {
        if (IsRotary && !context.HasInput(7))
        {
            throw context.Error("inputs 7 and 8: expected caches of cosines and sines for do_rotary, but they are left out.");
        }

        if (IsRotary && context.InputShape(7)?[1].Size is { } half && 2 * half > depth.Size)
        {
            throw context.Error($"input 7: expected rows of at most half the head size {depth}, got [{string.Join(",", context.InputShape(7)!)}].");
        }

        if (context.InputShape(9) is { } positions && positions[1].Size < rows.Size)
        {
            throw context.Error($"input 9: expected at least {rows} positions of each sequence, got [{string.Join(",", positions)}].");
        }

        if (context.InputShape(10) is { } bias)
        {
            bool fits = (bias[0].Size is null or 1 || batch.Size is null || bias[0] == batch) && bias[1].Size is var h && (h is null or 1 || h == Heads);
            if (!fits)
            {
                throw context.Error($"input 10: expected [{batch} or 1, {Heads} or 1, {rows}, total], got [{string.Join(",", bias)}].");
            }
        }

        Shapes.RequireShape(context, 11, Dimension.Fixed(Heads));
        if (IsSliding && (!context.HasInput(3) || !context.HasOutput(1) || !context.HasOutput(2) || context.HasOutput(3) || pastRows.Size < Window))
        {
            throw context.Error($"expected sliding_window_cache to come with past and present keys and values of at least local_window_size {Window} rows and without scores, got {pastRows} rows.");
        }

        if (context.HasOutput(3) != ScoresOutput is 1 or 2)
        {
            throw context.Error($"output 3: expected attribute 'qk_output' to be 1 or 2 where the scores are an output, else 0, got {ScoresOutput}.");
        }
    }

    private void SetOutputs(InferContext context, ElementType type, Dimension[]? y, Dimension batch, Dimension rows, Dimension depth, Dimension pastRows)
    {
        Dimension total = context.InputShapeData(6) is { Length: 1 } data ? data[0] : Dimension.Unknown;
        Dimension present = IsSliding ? pastRows
            : !context.HasInput(3) || pastRows.Size == 0 ? total
            : total.Size is { } t && pastRows.Size is { } p ? Dimension.Fixed(Math.Max(t, p)) : Dimension.Unknown;
        context.SetOutput(0, type, y);
        for (int i = 1; i <= 2; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, CacheType(type), [batch, Dimension.Fixed(KeyHeads), present, Columns(depth)]);
            }
        }

        if (context.HasOutput(3))
        {
            context.SetOutput(3, type, [batch, Dimension.Fixed(Heads), rows, total]);
        }
    }

    private static void RequireTogether(InferContext context, int first, int second, string what)
    {
        if (context.HasInput(first) != context.HasInput(second))
        {
            throw context.Error($"inputs {first} and {second}: expected {what} together, got one of them.");
        }
    }
}
