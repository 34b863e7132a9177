namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Mixtures of experts, and rotary embeddings of three positions.</summary>
internal static class ExpertCases
{
    private const string Domain = "com.microsoft";

    private static readonly OptionSpace s_experts = new("MoE");
    private static readonly Option<string> s_activation = s_experts.Add("activation", "relu", "gelu", "silu", "identity", "swiglu");
    private static readonly Option<bool> s_normalized = s_experts.Add("normalized", false, true);
    private static readonly Option<int> s_k = s_experts.Add("k", 1, 2, 3);
    private static readonly Option<bool> s_rank3 = s_experts.Add("rank 3", false, true);
    private static readonly Option<bool> s_bias1 = s_experts.Add("bias 1", false, true);
    private static readonly Option<bool> s_bias2 = s_experts.Add("bias 2", false, true);
    private static readonly Option<bool> s_limited = s_experts.Add("limit, alpha and beta", false, true);

    private static readonly OptionSpace s_quantized = new("QMoE");
    private static readonly Option<string> s_qActivation = s_quantized.Add("activation", "relu", "gelu", "silu", "identity", "swiglu");
    private static readonly Option<bool> s_qNormalized = s_quantized.Add("normalized", false, true);
    private static readonly Option<int> s_bits = s_quantized.Add("bits", 4, 8, 2);
    private static readonly Option<int> s_block = s_quantized.Add("block", 0, 16, 32);
    private static readonly Option<bool> s_zeros = s_quantized.Add("zero points", false, true);
    private static readonly Option<bool> s_bias = s_quantized.Add("biases", false, true);
    private static readonly Option<bool> s_mix = s_quantized.Add("router weights", false, true);

    private static readonly OptionSpace s_rotary = new("MRotaryEmbedding");
    private static readonly Option<ElementType> s_type = s_rotary.Add("type", ElementType.Float32, ElementType.Float16);
    private static readonly Option<bool> s_interleaved = s_rotary.Add("interleaved", false, true);
    private static readonly Option<long> s_layout = s_rotary.Add("layout", 0L, 1L);
    private static readonly Option<bool> s_heads = s_rotary.Add("heads first", false, true);
    private static readonly Option<bool> s_part = s_rotary.Add("part of a head", false, true);

    public static IEnumerable<OperatorCases> All => [new("MoE", MoE, Domain), new("QMoE", QMoE, Domain), new("MRotaryEmbedding", Rotary, Domain)];

    private static OperatorBuilder MoE(CaseRandom random)
    {
        OptionRow row = random.Row(s_experts);
        string activation = row.Get(s_activation);
        int k = row.Get(s_k);
        (long experts, long hidden, long inner) = (random.Int(k, 6), random.Int(1, 9), random.Int(1, 9));
        inner += inner == hidden ? 1 : 0;
        (long[] shape, long tokens) = Tokens(random, row.Get(s_rank3), hidden);
        long wide = activation == "swiglu" ? 2 * inner : inner;
        OperatorBuilder builder = Activation(new OperatorBuilder(random, "MoE", 18, Domain).Attr("k", k), activation, row.Get(s_limited)).Attr("normalize_routing_weights", row.Get(s_normalized) ? 1L : 0)
            .In(random.Tensor(ElementType.Float32, shape), false).In(random.Tensor(ElementType.Float32, [tokens, experts]), false).In(random.Floats([experts, wide, hidden], -1, 1), true);
        _ = row.Get(s_bias1) ? builder.In(random.Floats([experts, wide], -1, 1), true) : builder.Skip();
        builder.In(random.Floats([experts, hidden, inner], -1, 1), true);
        _ = row.Get(s_bias2) ? builder.In(random.Floats([experts, hidden], -1, 1), true) : builder;
        return builder.Tolerance(1e-4, 1e-4).Out(ElementType.Float32);
    }

    private static OperatorBuilder QMoE(CaseRandom random)
    {
        OptionRow row = random.Row(s_quantized);
        string activation = row.Get(s_qActivation);
        int k = random.Int(1, 2);
        int pack = 8 / row.Get(s_bits);
        int block = row.Get(s_block);
        bool zeros = row.Get(s_zeros);
        long unit = block == 0 ? 8 : block * pack;

        // One block of a row is taken for a row without blocks there, and then refused beside more.
        int least = block == 0 ? 1 : 2;
        (long experts, long hidden, long inner) = (random.Int(k, 4), unit * random.Int(least, 3), unit * random.Int(least, 3));
        inner += inner == hidden ? unit : 0;
        (long[] shape, long tokens) = Tokens(random, random.Chance(0.3), hidden);
        long wide = activation == "swiglu" ? 2 * inner : inner;
        OperatorBuilder builder = Activation(new OperatorBuilder(random, "QMoE", 18, Domain).Attr("k", k), activation, random.Chance(0.5)).Attr("normalize_routing_weights", row.Get(s_qNormalized) ? 1L : 0)
            .Attr("expert_weight_bits", row.Get(s_bits));
        _ = block > 0 ? builder.Attr("block_size", block) : builder;
        builder.In(random.Floats(shape, -1, 1), false).In(random.Tensor(ElementType.Float32, [tokens, experts]), false);
        long[] Scales(long rows, long columns) => block == 0 ? [experts, rows] : [experts, rows, columns / block];
        long[] Zeros(long rows, long columns) => block == 0 ? [experts, rows / pack] : [experts, rows, columns / block / pack];
        foreach ((long rows, long columns) in new[] { (wide, hidden), (hidden, inner) })
        {
            builder.In(random.Quantized(ElementType.UInt8, [experts, rows, columns / pack]), true).In(random.Floats(Scales(rows, columns), 0.001f, 0.05f / (1 << (row.Get(s_bits) / 2))), true);
            _ = row.Get(s_bias) ? builder.In(random.Floats([experts, rows], -1, 1), true) : builder.Skip();
        }

        bool mix = row.Get(s_mix);
        if (zeros || mix)
        {
            builder.Skip().Skip().Skip();
            _ = zeros ? builder.In(random.Quantized(ElementType.UInt8, Zeros(wide, hidden)), true).In(random.Quantized(ElementType.UInt8, Zeros(hidden, inner)), true) : builder.Skip().Skip();
            _ = mix ? builder.Skip().In(random.Floats([tokens, experts], 0.1f, 1), false) : builder;
        }

        // Products with 2 bits round the activations to 8 bits there; those with 8 bits do not by onnxruntime.runsettings.
        return (row.Get(s_bits) == 2 ? builder.Tolerance(2e-2, 2e-2) : builder.Tolerance(1e-3, 1e-3)).Out(ElementType.Float32);
    }

    private static (long[] Shape, long Tokens) Tokens(CaseRandom random, bool rank3, long hidden)
    {
        (long batch, long length) = (random.Int(1, 3), random.Int(1, 6));
        return rank3 ? ([batch, length, hidden], batch * length) : ([length, hidden], length);
    }

    private static OperatorBuilder Activation(OperatorBuilder builder, string activation, bool limited)
    {
        builder.Attr("activation_type", activation);
        builder = activation == "swiglu" ? builder.Attr("swiglu_fusion", 1L) : builder;
        return limited ? builder.Attr("activation_alpha", builder.Random.Single(0.5f, 2)).Attr("activation_beta", builder.Random.Single(-1, 1)).Attr("swiglu_limit", builder.Random.Single(0.5f, 3)) : builder;
    }

    private static OperatorBuilder Rotary(CaseRandom random)
    {
        OptionRow row = random.Row(s_rotary);
        ElementType type = row.Get(s_type);
        bool part = row.Get(s_part);
        (long batch, long length, long heads, long half, long most) = (random.Int(1, 3), random.Int(1, 5), random.Int(1, 3), random.Int(1, 9), random.Int(5, 12));
        long depth = (2 * half) + (part ? random.Int(0, 3) * 2 : 0);
        long time = random.Int(0, (int)half), height = random.Int(0, (int)(half - time));
        OperatorBuilder builder = new OperatorBuilder(random, "MRotaryEmbedding", 18, Domain).Attr("mrope_section", [time, height, half - time - height]).Attr("mrope_layout", row.Get(s_layout))
            .Attr("interleaved", row.Get(s_interleaved) ? 1L : 0);
        bool first = row.Get(s_heads);
        _ = !first || part ? builder.Attr("num_heads", heads) : builder;
        _ = part ? builder.Attr("rotary_embedding_dim", 2 * half) : builder;
        return builder.In(random.Tensor(type, first ? [batch, heads, length, depth] : [batch, length, heads * depth]), false)
            .In(random.Ints([3, batch, length], 0, (int)most - 1 + (random.Chance(0.03) ? 1 : 0)), false).In(random.Tensor(type, [most, half])).In(random.Tensor(type, [most, half]))
            .Tolerance(1e-4, 1e-5).Out(type);
    }
}
