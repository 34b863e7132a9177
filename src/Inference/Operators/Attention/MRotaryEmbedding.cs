using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Rotates pairs of the first rotary_embedding_dim elements of each head (all where it is 0) by the angles of three positions; see <see cref="RotaryCore"/>. Input [B, S, H·D] or
/// [B, H, S, D], positions [3, B, S] (time, height, width), caches [max, rotary_embedding_dim / 2]. mrope_section says how many angles come from each position: one behind the
/// other (mrope_layout 0), or those of height and width at every third place, from 1 and from 2, among those of time (mrope_layout 1). Source: com.microsoft MRotaryEmbedding.
/// </summary>
internal sealed unsafe class MRotaryEmbedding : FloatOperator
{
    private readonly bool _interleaved;
    private readonly long _heads;
    private readonly long _dimension;
    private readonly long[] _sections;

    // Which position gives each angle.
    private readonly byte[] _streams;

    public MRotaryEmbedding(Node node)
    {
        _interleaved = node.Attributes.Int("interleaved", 0) != 0;
        _heads = node.Attributes.Int("num_heads", 0);
        _dimension = node.Attributes.Int("rotary_embedding_dim", 0);
        _sections = node.Attributes.Ints("mrope_section") ?? [];
        long layout = node.Attributes.Int("mrope_layout", 0);
        if (_sections.Length != 3 || Array.Exists(_sections, static size => size is < 0 or > int.MaxValue / 3) || layout is not (0 or 1))
        {
            throw new ModelLoadException($"{node.Describe()}: expected 3 sizes of 0 or more as mrope_section and mrope_layout 0 or 1, got [{string.Join(",", _sections)}] and {layout}.");
        }

        if (_heads < 0 || _dimension < 0 || _dimension % 2 != 0)
        {
            throw new ModelLoadException($"{node.Describe()}: expected num_heads of 0 or more and an even rotary_embedding_dim of 0 or more, got {_heads} and {_dimension}.");
        }

        _streams = new byte[_sections[0] + _sections[1] + _sections[2]];
        for (int i = 0; i < _streams.Length; i++)
        {
            _streams[i] = layout == 0 ? (byte)(i < _sections[0] ? 0 : i < _sections[0] + _sections[1] ? 1 : 2)
                : i % 3 != 0 && i < 3 * _sections[i % 3] ? (byte)(i % 3) : (byte)0;
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        if (x is { Length: 3 } && _heads == 0)
        {
            throw context.Error("attribute 'num_heads': expected the number of heads for an input [B, S, H·D], got 0.");
        }

        if (x is { Length: 4 } && _heads > 0 && x[1].Size is { } heads && heads != _heads)
        {
            throw context.Error($"input 0: expected {_heads} heads, as in the attribute num_heads, got [{string.Join(",", x)}].");
        }

        long rotated = 2L * _streams.Length;
        bool cache = context.InputShape(2) is not { } cos || cos[1].Size is not { } half || 2 * half == rotated;
        if (!cache || (_dimension > 0 && _dimension != rotated))
        {
            throw context.Error($"expected caches and rotary_embedding_dim / 2 of the sum of mrope_section, {_streams.Length}, got [{string.Join(",", context.InputShape(2) ?? [])}] and {_dimension}.");
        }

        if (x?[^1].Size is { } width)
        {
            long depth = x.Length == 4 ? width : width / _heads;
            if (depth < rotated || (_dimension == 0 && depth / 2 != rotated / 2) || (x.Length == 3 && width % _heads != 0))
            {
                throw context.Error($"input 0: expected whole heads of {(_dimension == 0 ? "" : "at least ")}{rotated} elements, got [{string.Join(",", x)}] with num_heads {_heads}.");
            }
        }

        if (x is not null && context.InputShape(1) is { } positions && positions[2].Size is { } given && x[^2].Size is { } rows && given != rows)
        {
            throw context.Error($"input 1: expected positions [3,B,{rows}], one for each row, got [{string.Join(",", positions)}].");
        }

        context.SetOutput(0, context.InputType(0), x);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(1) == 1 && context.InputAxis(2) == BatchContext.None && context.InputAxis(3) == BatchContext.None;
        context.SetAll(apart, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        if (x.Count == 0)
        {
            return;
        }

        Tensor positions = context.Input(1);
        Tensor cos = context.Input(2);
        Tensor sin = context.Input(3);
        bool flat = x.Rank == 3;
        int half = _streams.Length;
        long heads = flat ? _heads : x.Dims[1];
        long depth = flat ? x.Dims[2] / heads : x.Dims[3];
        long rows = x.Dims[^2];
        long tokens = x.Dims[0] * rows;
        HeadLayout layout = flat ? HeadLayout.RowsFirst(heads, rows, depth) : HeadLayout.HeadsFirst(heads, rows, depth);
        C* angles = (C*)context.Scratch(Math.Max(1, 2L * half) * sizeof(C));
        long* at = stackalloc long[3];
        var work = default(WorkCounter);
        C* y = (C*)context.Output(0).Data;
        for (long token = 0; token < tokens; token++)
        {
            work.Add((heads * depth) + half);
            for (int stream = 0; stream < 3; stream++)
            {
                at[stream] = Scalars.ToInt64(positions, (stream * tokens) + token);
                if ((ulong)at[stream] >= (ulong)cos.Dims[0])
                {
                    throw context.Error($"input 1: expected positions in [0, {cos.Dims[0] - 1}], the rows of the caches, got {at[stream]}.");
                }
            }

            for (int i = 0; i < half; i++)
            {
                long from = (at[_streams[i]] * half) + i;
                angles[i] = ((C*)cos.Data)[from];
                angles[half + i] = ((C*)sin.Data)[from];
            }

            long head = layout.Offset(token / rows, 0) + (token % rows * layout.Row);
            RotaryCore.RotateHeads((C*)x.Data + head, layout.Head, y + head, layout.Head, heads, angles, angles + half, 2L * half, depth, _interleaved);
        }
    }
}
