using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Attention by a state S[Dk, Dv] of each key head, step by step: decay S ← e^g·S (rules gated), then S ← S + k·δᵀ with δ = v (linear, gated) or
/// β·(v − Sᵀk) (delta rules); output scale·Sᵀq. Query [B, T, Hq·Dk], key [B, T, Hkv·Dk], value [B, T, Hkv·Dv]; decay [B, T, Hkv·Dk or Hkv], beta [B, T, Hkv or 1].
/// Calculated in float at least. In com.microsoft there may be fewer query heads than states, each for several, and fewer keys, each for several; Y[B, T, max(Hq, Hkv)·Dv].
/// Sources: ONNX LinearAttention, opset 27; com.microsoft LinearAttention.
/// </summary>
internal sealed unsafe class LinearAttention : FloatOperator
{
    private readonly long _queryHeads;
    private readonly long _keyHeads;
    private readonly float _scale;
    private readonly bool _gated;
    private readonly bool _delta;
    private readonly bool _contrib;

    public LinearAttention(Node node)
    {
        _queryHeads = node.Attributes.Int("q_num_heads");
        _keyHeads = node.Attributes.Int("kv_num_heads");
        _scale = node.Attributes.Float("scale", 0f);
        string rule = node.Attributes.String("update_rule", "gated_delta");
        _gated = rule is "gated" or "gated_delta";
        _delta = rule is "delta" or "gated_delta";
        if (!_gated && !_delta && rule != "linear")
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'update_rule': expected linear, gated, delta or gated_delta, got '{rule}'.");
        }

        _contrib = node.Domain == Domains.Microsoft;
        if (_contrib && node.Attributes.Int("state_window", 0) != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'state_window': expected 0, got {node.Attributes.Int("state_window", 0)}; a state window is supported only on CUDA.");
        }

        if (_keyHeads <= 0 || _queryHeads <= 0 || (_queryHeads % _keyHeads != 0 && !(_contrib && _keyHeads % _queryHeads == 0)))
        {
            throw new ModelLoadException($"{node.Describe()}: expected q_num_heads to be a multiple of kv_num_heads, got {_queryHeads} and {_keyHeads}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2, 3, 4, 5);
        Dimension[]? q = Shapes.RequireRank(context, 0, 3);
        Shapes.RequireRank(context, 1, 3);
        Dimension[]? v = Shapes.RequireRank(context, 2, 3);
        Dimension depth = Head(q, _queryHeads);
        Dimension valueDepth = Head(v, _keyHeads);
        if (q is not null)
        {
            Dimension Width(Dimension head) => head.Size is { } size ? Dimension.Fixed(size * _keyHeads) : Dimension.Unknown;
            if (q[2].Size % _queryHeads is not (0 or null) || v?[2].Size % _keyHeads is not (0 or null))
            {
                throw context.Error($"expected widths divisible by {_queryHeads} query heads and {_keyHeads} key heads, got {q[2]} and {v?[2]}.");
            }

            Shapes.RequireShape(context, 1, q[0], q[1], _contrib ? KeyWidth(context, depth) : Width(depth));
            Shapes.RequireShape(context, 2, q[0], q[1], Width(valueDepth));
            Shapes.RequireShape(context, 3, q[0], Dimension.Fixed(_keyHeads), depth, valueDepth);
            bool perHead = context.InputShape(4) is { Length: 3 } decay && decay[2].Size == _keyHeads;
            Shapes.RequireShape(context, 4, q[0], q[1], perHead ? Dimension.Fixed(_keyHeads) : Width(depth));
            bool one = context.InputShape(5) is { Length: 3 } beta && beta[2].Size == 1;
            Shapes.RequireShape(context, 5, q[0], q[1], Dimension.Fixed(one ? 1 : _keyHeads));
        }

        if (_gated && !context.HasInput(4))
        {
            throw context.Error("input 4: expected a decay for this update rule, got none.");
        }

        if (_delta && !context.HasInput(5))
        {
            throw context.Error("input 5: expected a beta for this update rule, got none.");
        }

        Shapes.RequireHoldable(context, "state [key depth, value depth]", depth, valueDepth);
        context.SetOutput(0, type, q is null ? null : [q[0], q[1], valueDepth.Size is { } d ? Dimension.Fixed(checked(d * OutputHeads)) : Dimension.Unknown]);
        ElementType state = context.HasInput(3) ? context.InputType(3) : type;
        context.SetOutput(1, state, q is null ? null : [q[0], Dimension.Fixed(_keyHeads), depth, valueDepth]);
    }

    private long OutputHeads => Math.Max(_queryHeads, _keyHeads);

    // Any number of keys that divides the states.
    private Dimension KeyWidth(InferContext context, Dimension depth)
    {
        if (context.InputShape(1) is not [_, _, { Size: { } width }] || depth.Size is not { } size)
        {
            return Dimension.Unknown;
        }

        return size > 0 && width > 0 && width % size == 0 && _keyHeads % (width / size) == 0 ? Dimension.Fixed(width)
            : throw context.Error($"input 1: expected keys of width {size} for a number of heads that divides {_keyHeads}, got a width of {width}.");
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = true;
        for (int i = 0; i < context.InputCount; i++)
        {
            apart &= !context.Node.HasInput(i) || context.InputAxis(i) == 0;
        }

        context.SetAll(apart, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static Dimension Head(Dimension[]? shape, long heads) => shape?[2].Size is { } size ? Dimension.Fixed(size / heads) : Dimension.Unknown;

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor q = context.Input(0);
        Tensor v = context.Input(2);
        Tensor? past = context.OptionalInput(3);
        Tensor? decay = context.OptionalInput(4);
        Tensor? beta = context.OptionalInput(5);
        long steps = q.Dims[1];
        long depth = q.Dims[2] / _queryHeads;
        long valueDepth = v.Dims[2] / _keyHeads;
        long group = Math.Max(1, _queryHeads / _keyHeads);
        long keys = context.Input(1).Dims[2] / Math.Max(1, depth);
        long statesOfKey = _keyHeads / Math.Max(1, keys);
        C scale = _scale != 0 ? C.CreateTruncating(_scale) : C.One / C.Sqrt(C.CreateTruncating(depth));
        C* state = (C*)context.Scratch((depth * valueDepth + valueDepth + 1) * sizeof(C));
        C* delta = state + depth * valueDepth;
        var work = default(WorkCounter);
        for (long b = 0; b < q.Dims[0]; b++)
        {
            for (long h = 0; h < _keyHeads; h++)
            {
                Start(past, (b * _keyHeads + h) * depth * valueDepth, state, depth * valueDepth);
                for (long t = 0; t < steps; t++)
                {
                    long at = b * steps + t;
                    C* key = (C*)context.Input(1).Data + (at * keys + h / statesOfKey) * depth;
                    C* value = (C*)v.Data + (at * _keyHeads + h) * valueDepth;
                    if (_gated)
                    {
                        long perHead = decay!.Dims[2] / _keyHeads;
                        Decay(state, (C*)decay.Data + (at * _keyHeads + h) * perHead, perHead, depth, valueDepth, ref work);
                    }

                    C strength = _delta ? ((C*)beta!.Data)[beta.Dims[2] == 1 ? at : at * _keyHeads + h] : C.One;
                    Update(state, key, value, delta, strength, depth, valueDepth, ref work);
                    for (long g = 0; g < group; g++)
                    {
                        long head = h * group + g;
                        long query = head * _queryHeads / OutputHeads;
                        Read(state, (C*)q.Data + (at * _queryHeads + query) * depth, (C*)context.Output(0).Data + (at * OutputHeads + head) * valueDepth, scale, depth, valueDepth, ref work);
                    }
                }

                if (context.HasOutput(1))
                {
                    Finish(context.Output(1), (b * _keyHeads + h) * depth * valueDepth, state, depth * valueDepth);
                }
            }
        }
    }

    private static void Start<C>(Tensor? past, long offset, C* state, long count)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long i = 0; i < count; i++)
        {
            state[i] = past is null ? C.Zero : C.CreateTruncating(Scalars.ToDouble(past, offset + i));
        }
    }

    private static void Finish<C>(Tensor target, long offset, C* state, long count)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long i = 0; i < count; i++)
        {
            if (target.Type == ElementType.Float64)
            {
                ((double*)target.Data)[offset + i] = double.CreateTruncating(state[i]);
            }
            else
            {
                ((float*)target.Data)[offset + i] = float.CreateTruncating(state[i]);
            }
        }
    }

    private static void Decay<C>(C* state, C* decay, long perHead, long depth, long valueDepth, ref WorkCounter work)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long i = 0; i < depth; i++)
        {
            work.Add(valueDepth);
            C factor = C.Exp(decay[perHead == 1 ? 0 : i]);
            for (long j = 0; j < valueDepth; j++)
            {
                state[i * valueDepth + j] *= factor;
            }
        }
    }

    private void Update<C>(C* state, C* key, C* value, C* delta, C strength, long depth, long valueDepth, ref WorkCounter work)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long j = 0; j < valueDepth; j++)
        {
            work.Add(depth);
            C known = C.Zero;
            for (long i = 0; _delta && i < depth; i++)
            {
                known += state[i * valueDepth + j] * key[i];
            }

            delta[j] = strength * (value[j] - known);
        }

        for (long i = 0; i < depth; i++)
        {
            work.Add(valueDepth);
            for (long j = 0; j < valueDepth; j++)
            {
                state[i * valueDepth + j] += key[i] * delta[j];
            }
        }
    }

    private static void Read<C>(C* state, C* query, C* target, C scale, long depth, long valueDepth, ref WorkCounter work)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long j = 0; j < valueDepth; j++)
        {
            work.Add(depth);
            C sum = C.Zero;
            for (long i = 0; i < depth; i++)
            {
                sum += query[i] * state[i * valueDepth + j];
            }

            target[j] = scale * sum;
        }
    }
}
