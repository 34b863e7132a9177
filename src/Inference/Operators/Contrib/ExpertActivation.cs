namespace Inference.Operators.Contrib;

/// <summary>
/// What stands between the two products of an expert: relu, gelu (by tanh), silu, identity, each times a gate where there is one; or swiglu,
/// G·σ(α·G)·(L + β) with G = min(g, limit), L = l within ±limit, where g and l are neighbours (swiglu_fusion 1), halves of a row (2), or come from two products (0).
/// </summary>
internal sealed class ExpertActivation
{
    private readonly string _kind;
    private readonly long _fusion;
    private readonly float _alpha;
    private readonly float _beta;
    private readonly float _limit;

    public ExpertActivation(Node node)
    {
        _kind = node.Attributes.String("activation_type", "relu");
        _fusion = node.Attributes.Int("swiglu_fusion", 0);
        _alpha = node.Attributes.Float("activation_alpha", 1f);
        _beta = node.Attributes.Float("activation_beta", 0f);
        _limit = node.Attributes.Float("swiglu_limit", float.PositiveInfinity);
        if (_kind is not ("relu" or "gelu" or "silu" or "identity" or "swiglu") || _fusion is < 0 or > 2 || float.IsNaN(_limit))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected activation_type relu, gelu, silu, identity or swiglu, swiglu_fusion 0, 1 or 2 and a swiglu_limit that is a number, got '{_kind}', {_fusion} and {_limit}.");
        }
    }

    /// <summary>Numbers of the first product for one of the second.</summary>
    public int Width => _kind == "swiglu" && _fusion > 0 ? 2 : 1;

    /// <summary>Whether the gate has to come from a product of its own.</summary>
    public bool NeedsGate => _kind == "swiglu" && _fusion == 0;

    /// <summary>Computes rows [count, size] from the first product [count, Width·size] and the gate.</summary>
    public unsafe void Run(float* x, float* gate, float* y, long count, long size)
    {
        for (long row = 0; row < count; row++, x += size * Width, y += size)
        {
            for (long i = 0; i < size; i++)
            {
                if (_kind == "swiglu")
                {
                    (float g, float l) = _fusion switch { 0 => (x[i], gate[(row * size) + i]), 1 => (x[2 * i], x[(2 * i) + 1]), _ => (x[i], x[size + i]) };
                    g = MathF.Min(g, _limit);
                    y[i] = g * Logistic(_alpha * g) * (Math.Clamp(l, -_limit, _limit) + _beta);
                    continue;
                }

                float value = x[i];
                value = _kind switch
                {
                    "relu" => MathF.Max(0, value),
                    "gelu" => 0.5f * value * (1f + MathF.Tanh(0.7978845608f * (value + (0.044715f * value * value * value)))),
                    "silu" => value * Logistic(value),
                    _ => value,
                };
                y[i] = gate is null ? value : value * gate[(row * size) + i];
            }
        }
    }

    private static float Logistic(float x) => 1f / (1f + MathF.Exp(-x));
}
