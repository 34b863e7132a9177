using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Y = softmax(softcap(scale·Q·Kᵀ) + bias)·V where groups of query heads share a head of keys and values. Inputs: query [B, S, H·D] with key and value [B, S, G·D] (or none of
/// them and a query of [B, S, (H + 2G)·D]; or ones of no rows, which attend the past alone), past key and value [B, G, P, D], the length of each sequence less one [B], the
/// longest length, caches of rotary angles [max, R/2], positions [B, S], bias [B or 1, H or 1, S, T], sinks [H], scales of quantized caches. Outputs: [B, S, H·D], present key
/// and value [B, G, max(P, T), D], zero behind a sequence's end, and the scores before (qk_output 1) or after (2) the softmax [B, H, S, T]. Where S = T the past is not read.
/// With sliding_window_cache the past holds the newest positions alone; see <see cref="GroupQueryStep"/>. Source: com.microsoft GroupQueryAttention.
/// </summary>
internal sealed class GroupQueryAttention : FloatOperator
{
    private readonly GroupQueryForm _form;
    private readonly bool _causal;
    private readonly float _softcap;
    private readonly bool _smooth;
    private readonly bool _isPerColumn;

    public GroupQueryAttention(Node node)
    {
        string kind = node.Attributes.String("k_quant_type", "NONE");
        long bits = node.Attributes.Int("kv_cache_bit_width", 0);
        _causal = node.Attributes.Int("causal", 1) != 0;
        _softcap = node.Attributes.Float("softcap", 0f);
        _smooth = node.Attributes.Int("smooth_softmax", 0) == 1;
        _isPerColumn = kind == "PER_CHANNEL";
        _form = new(node)
        {
            Window = node.Attributes.Int("local_window_size", -1),
            IsSliding = node.Attributes.Int("sliding_window_cache", 0) == 1,
            ScoresOutput = node.Attributes.Int("qk_output", 0),
            CacheBits = kind == "NONE" ? 32 : (int)bits,
        };
        if ((_form.IsSliding && _form.Window <= 0) || (!_causal && _form.Window != -1))
        {
            throw new ModelLoadException($"{node.Describe()}: expected a local_window_size greater than 0 with sliding_window_cache, and -1 without causal, got {_form.Window}.");
        }

        if (node.Attributes.String("v_quant_type", "NONE") is var other && (other != kind || !(kind == "NONE" ? bits == 0 : kind is "PER_TENSOR" or "PER_CHANNEL" && bits is 4 or 8)))
        {
            throw new ModelLoadException($"{node.Describe()}: expected equal k_quant_type and v_quant_type: NONE with a kv_cache_bit_width of 0, or PER_TENSOR or PER_CHANNEL with a kv_cache_bit_width of 4 or 8, got {kind}, {other} and {bits}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        (Dimension batch, Dimension rows, Dimension depth, Dimension past) = _form.Check(context);
        if (context.HasInput(14) || context.HasInput(15))
        {
            throw context.Error("inputs 14 and 15: expected no weights that normalize queries and keys; no CPU provider supports them. Normalize with operators before this one.");
        }

        CheckOptions(context, batch, rows, past);
        ElementType held = _form.CacheBits switch { 8 => ElementType.Int8, 4 => ElementType.UInt8, _ => type };
        CheckCache(context, held, depth);

        Dimension total = context.InputShapeData(6) is { Length: 1 } data ? data[0] : Dimension.Unknown;
        Dimension present = _form.IsSliding ? past
            : !context.HasInput(3) || past.Size == 0 ? total
            : total.Size is { } t && past.Size is { } p ? Dimension.Fixed(Math.Max(t, p)) : Dimension.Unknown;
        Dimension heads = Dimension.Fixed(_form.Heads);
        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", batch, heads, rows, present);
        context.SetOutput(0, type, [batch, rows, Shapes.Product([heads, depth])]);
        for (int i = 1; i <= 2; i++)
        {
            if (context.HasOutput(i))
            {
                context.SetOutput(i, held, [batch, Dimension.Fixed(_form.KeyHeads), present, _form.Columns(depth)]);
            }
        }

        if (context.HasOutput(3))
        {
            context.SetOutput(3, type, [batch, heads, rows, total]);
        }
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        var mask = new GroupQueryMask { IsCausal = _causal, Window = _form.Window, Softcap = _softcap, IsSmooth = _smooth, Bias = context.OptionalInput(10), Sinks = context.OptionalInput(11) };
        GroupQueryRun.Run(context, _form, in mask);
    }

    private void CheckOptions(InferContext context, Dimension batch, Dimension rows, Dimension past)
    {
        if (context.InputShape(9) is { } positions && positions[1].Size < rows.Size)
        {
            throw context.Error($"input 9: expected at least {rows} positions of each sequence, got [{string.Join(",", positions)}].");
        }

        Shapes.RequireBroadcast(context, 10, [batch, Dimension.Fixed(_form.Heads), rows, Dimension.Unknown]);
        Shapes.RequireShape(context, 11, Dimension.Fixed(_form.Heads));
        if (_form.IsSliding && (!context.HasInput(3) || !context.HasOutput(1) || !context.HasOutput(2) || context.HasOutput(3) || past.Size < _form.Window))
        {
            throw context.Error($"expected sliding_window_cache together with past and present keys and values of at least local_window_size {_form.Window} rows and without scores, got {past} rows.");
        }

        if (context.HasOutput(3) != _form.ScoresOutput is 1 or 2)
        {
            throw context.Error($"output 3: expected the attribute 'qk_output' to be 1 or 2 if the scores are an output, otherwise 0, got {_form.ScoresOutput}.");
        }
    }

    private void CheckCache(InferContext context, ElementType held, Dimension depth)
    {
        for (int i = 3; i <= 4; i++)
        {
            if (context.InputType(i) is not ElementType.Undefined and var own && held != ElementType.Undefined && own != held)
            {
                throw context.Error($"input {i}: expected {held.Name()}, as determined by the query and the attribute 'kv_cache_bit_width', got {own.Name()}.");
            }

            int scales = _form.Scales + i - 3;
            if (_form.CacheBits == 32)
            {
                continue;
            }

            if (!context.HasInput(scales))
            {
                throw context.Error($"input {scales}: expected the scales of the quantized cache, but they are omitted.");
            }

            if (Shapes.Sizes(context.InputShape(scales)) is { } shape && depth.Size is { } size && TensorShape.Count(shape) != (_isPerColumn ? checked(_form.KeyHeads * size) : 1))
            {
                throw context.Error($"input {scales}: expected {(_isPerColumn ? $"a scale for each of {_form.KeyHeads} heads of {depth} columns" : "one scale")}, got [{string.Join(",", shape)}].");
            }
        }
    }
}
