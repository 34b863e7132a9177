using Inference.Kernels.Attention;
using Inference.Kernels.Memory;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = softmax(scale·Q × Kᵀ + M) × V over the last axes, f32, without the scores in memory. The axes (batch, head, position, element), or (batch, position, element), of
/// Q, K, V and Y are stored in the order that <c>q_perm</c>, <c>k_perm</c>, <c>v_perm</c> and <c>y_perm</c> give: entry a is where axis a lies; elements lie last.
/// M (input 3, optional) broadcasts with the scores, which may grow by it. Made by fusion of what is written out in single operators.
/// </summary>
internal sealed unsafe class FusedAttention : Operator
{
    // [batch, heads, rows, size].
    private const int MaxRank = 4;

    private readonly int[] _q;
    private readonly int[] _k;
    private readonly int[] _v;
    private readonly int[] _y;
    private readonly float _scale;

    public FusedAttention(Node node)
    {
        _q = Read(node, "q_perm");
        _k = Read(node, "k_perm");
        _v = Read(node, "v_perm");
        _y = Read(node, "y_perm");
        _scale = node.Attributes.Float("scale", 1f);
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? q = Shapes.RequireRank(context, 0, _q.Length);
        Dimension[]? k = Shapes.RequireRank(context, 1, _q.Length);
        Dimension[]? v = Shapes.RequireRank(context, 2, _q.Length);
        int rank = _q.Length;
        if (q is null || k is null || v is null || (context.HasInput(3) && context.InputShape(3) is null))
        {
            context.SetOutput(0, ElementType.Float32, Shapes.Unknown(rank));
            return;
        }

        var scores = new Dimension[rank];
        for (int a = 0; a < rank - 2; a++)
        {
            scores[a] = Shapes.Broadcast(context, [q[_q[a]]], [k[_k[a]]])![0];
        }

        scores[rank - 2] = q[_q[rank - 2]];
        scores[rank - 1] = k[_k[rank - 2]];
        if (context.InputShape(3) is { } mask)
        {
            scores = mask.Length <= rank ? Shapes.Broadcast(context, scores, mask)! : throw context.Error($"input 3: expected rank {rank} or less, got [{string.Join(",", mask)}].");
        }

        if (!ShapeMath.Compatible(q[rank - 1], k[rank - 1]) || !ShapeMath.Compatible(scores[rank - 1], v[_v[rank - 2]]))
        {
            throw context.Error($"expected queries and keys of the same size, and as many values as keys, got [{string.Join(",", q)}], [{string.Join(",", k)}] and [{string.Join(",", v)}].");
        }

        var y = new Dimension[rank];
        for (int a = 0; a < rank - 2; a++)
        {
            y[_y[a]] = Shapes.Broadcast(context, [scores[a]], [v[_v[a]]])![0];
        }

        y[_y[rank - 2]] = scores[rank - 2];
        y[_y[rank - 1]] = v[_v[rank - 1]];
        context.SetOutput(0, ElementType.Float32, y);
    }

    public override long CountMacs(InferContext context)
    {
        int rank = _q.Length;
        return Shapes.Sizes(context.InputShape(0)) is { } q && Shapes.Sizes(context.InputShape(1)) is { } k && Shapes.Sizes(context.InputShape(2)) is { } v
            ? TensorShape.Count(q) / Math.Max(q[^1], 1) * k[_k[rank - 2]] * (q[^1] + v[^1])
            : 0;
    }

    public override void PropagateBatch(BatchContext context)
    {
        int rank = _q.Length;
        int axis = Axis(context, 0, _q);
        bool apart = axis >= 0 && axis < rank - 2 && Axis(context, 1, _k) == axis && Axis(context, 2, _v) == axis;
        if (apart && context.Node.HasInput(3))
        {
            // A mask that is the same for all rows must not pair them with positions.
            int own = context.InputShape(3) is { } mask ? axis - (rank - mask.Length) : BatchContext.Mixed;
            apart = own != BatchContext.Mixed && (context.InputAxis(3) == BatchContext.None ? own < 0 || context.InputShape(3)![own].Size == 1 : context.InputAxis(3) == own);
        }
        else if (apart && context.Node.HasInput(3))
        {
            // The same mask for all rows, not one for each.
            apart = context.InputShape(3) is { } shared && (axis + shared.Length < rank || shared[axis + shared.Length - rank].Size == 1);
        }

        if (apart)
        {
            context.SetOutputAxis(0, _y[axis]);
        }
        else
        {
            context.SetAllMixed();
        }
    }

    // A constant mask is searched once for the keys that it hides.
    public override Kernel? Prepare(PrepareContext context)
    {
        AttentionArguments a = Sizes(context.InputDims(0), context.InputDims(1), context.InputDims(2), context.OutputDims(0));
        if (!context.HasInput(3) || context.Constant(3) is not { Rank: > 0 } mask || mask.Dims[^1] != a.KeyLength || mask.Count == 0)
        {
            return null;
        }

        a.Mask = (float*)mask.Data;
        SetStrides(mask.Dims, ref a);
        long bytes = MaskedKeys.Count(in a) * sizeof(float);
        if (bytes == 0)
        {
            return null;
        }

        context.Claim(bytes);
        var gaps = new NativeBuffer((nint)bytes);
        new MaskedKeys(&a, (float*)gaps.Pointer).Find(context.Threads);
        return new Prepared(this, gaps);
    }

    public override void Run(KernelContext context) => Run(context, null);

    private void Run(KernelContext context, NativeBuffer? gaps)
    {
        Tensor q = context.Input(0);
        Tensor k = context.Input(1);
        Tensor v = context.Input(2);
        Tensor y = context.Output(0);
        AttentionArguments arguments = Sizes(q.Dims, k.Dims, v.Dims, y.Dims);
        if (y.Count == 0)
        {
            return;
        }

        if (arguments.KeyLength == 0)
        {
            y.Clear();
            return;
        }

        arguments.Query = (float*)q.Data;
        arguments.Key = (float*)k.Data;
        arguments.Value = (float*)v.Data;
        arguments.Output = (float*)y.Data;
        if (context.OptionalInput(3) is { } mask)
        {
            SetMask(context, mask, ref arguments);
        }

        arguments.Gaps = gaps is null ? null : (float*)gaps.Pointer;
        context.ThrowIfCancelled();
        AttentionF32.Run(in arguments, context.Threads);
        GC.KeepAlive(gaps);
    }

    private AttentionArguments Sizes(ReadOnlySpan<long> q, ReadOnlySpan<long> k, ReadOnlySpan<long> v, ReadOnlySpan<long> y)
    {
        int rank = _q.Length;
        var a = new AttentionArguments
        {
            Batch = checked((int)y[_y[0]]),
            Heads = rank == MaxRank ? checked((int)y[_y[1]]) : 1,
            QueryLength = checked((int)y[_y[rank - 2]]),
            KeyLength = checked((int)v[_v[rank - 2]]),
            HeadSize = checked((int)q[rank - 1]),
            ValueSize = checked((int)v[rank - 1]),
            Scale = _scale,
        };
        a.KeyHeads = a.Heads;
        (a.QueryBatchStride, a.QueryHeadStride, a.QueryStride) = Strides(q, _q);
        (a.KeyBatchStride, a.KeyHeadStride, a.KeyStride) = Strides(k, _k);
        (a.ValueBatchStride, a.ValueHeadStride, a.ValueStride) = Strides(v, _v);
        (a.OutputBatchStride, a.OutputHeadStride, a.OutputStride) = Strides(y, _y);
        return a;
    }

    private static int[] Read(Node node, string name) => Array.ConvertAll(node.Attributes.Ints(name)!, a => (int)a);

    private static int Axis(BatchContext context, int input, int[] perm) => context.InputAxis(input) is >= 0 and var stored ? Array.IndexOf(perm, stored) : context.InputAxis(input);

    // Axes of size 1 are shared by all.
    private static (nint Batch, nint Head, nint Position) Strides(ReadOnlySpan<long> dims, int[] perm)
    {
        Span<nint> strides = stackalloc nint[MaxRank];
        nint stride = 1;
        for (int i = perm.Length - 1; i >= 0; i--)
        {
            strides[i] = dims[i] == 1 ? 0 : stride;
            stride *= (nint)dims[i];
        }

        return (strides[perm[0]], perm.Length == MaxRank ? strides[perm[1]] : 0, strides[perm[^2]]);
    }

    private void SetMask(KernelContext context, Tensor mask, ref AttentionArguments arguments)
    {
        long keys = mask.Rank == 0 ? 1 : mask.Dims[^1];
        nint row = arguments.KeyLength;
        arguments.Mask = (float*)mask.Data;
        if (keys != arguments.KeyLength)
        {
            // One number for all keys: the kernel wants one for each.
            arguments.Mask = (float*)context.Scratch(checked(mask.Count * row * sizeof(float)));
            for (long i = 0; i < mask.Count; i++)
            {
                new Span<float>(arguments.Mask + (i * row), (int)row).Fill(((float*)mask.Data)[i]);
            }
        }

        SetStrides(mask.Dims, ref arguments);
    }

    private void SetStrides(ReadOnlySpan<long> mask, ref AttentionArguments arguments)
    {
        nint stride = arguments.KeyLength;
        for (int i = 2; i <= mask.Length; i++)
        {
            long size = mask[^i];
            nint own = size == 1 ? 0 : stride;
            stride *= (nint)size;
            switch (i)
            {
                case 2:
                    arguments.MaskQueryStride = own;
                    break;
                case 3 when _q.Length == MaxRank:
                    arguments.MaskHeadStride = own;
                    break;
                default:
                    arguments.MaskBatchStride = own;
                    break;
            }
        }
    }

    private sealed class Prepared(FusedAttention attention, NativeBuffer gaps) : Kernel
    {
        public override void Run(KernelContext context) => attention.Run(context, gaps);

        public override void Dispose() => gaps.Dispose();
    }
}
