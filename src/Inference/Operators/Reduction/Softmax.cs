using System.Numerics;
using System.Numerics.Tensors;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;
using Tensor = Inference.Ir.Tensor;

namespace Inference.Operators.Reduction;

/// <summary>
/// Softmax e^(x−m)/Σe^(x−m), LogSoftmax (x−m) − ln Σe^(x−m), Hardmax (1 at the first largest), m the largest along the axis. From opset 13 along one axis
/// (default −1); before along all dimensions from <c>axis</c> on (default 1). Source: ONNX, opsets 1 to 13.
/// </summary>
internal sealed unsafe class Softmax(Node node, SoftmaxKind kind) : FloatOperator
{
    // 4 KB of state.
    private const int ColumnsAtOnce = 512;

    // An element of a row, and one whose neighbours in the row lie far apart, so that each is a page of its own.
    private const int ElementWork = 5;
    private const int ScatteredWork = 300;

    // Rows that are gathered at once, a cache line of neighbours in f32, and the most memory for them: what a second-level cache holds.
    private const int RowsAtOnce = 16;
    private const long GatheredBytes = 1 << 20;
    private readonly bool _flatten = node.Opset < 13;
    private readonly long _axis = node.Attributes.Int("axis", node.Opset < 13 ? 1 : -1);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Dimension[]? shape = context.InputShape(0);
        if (shape is not null && !(shape.Length == 0 && _axis is 0 or -1) && !(_flatten && _axis == shape.Length))
        {
            Shapes.Axis(context, _axis, shape.Length);
        }

        context.SetOutput(0, type, shape);
    }

    // Rows are read before they are written.
    public override bool CanOverwrite(int output, int input) => true;

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        if (batch < 0 || context.InputShape(0) is not { } shape)
        {
            context.SetAllMixed();
            return;
        }

        int axis = Shapes.Axis(_axis, shape.Length);
        context.SetOutputAxis(0, (_flatten ? batch >= axis : batch == axis) ? BatchContext.Mixed : batch);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            return;
        }

        int axis = x.Rank == 0 ? 0 : _flatten && _axis == x.Rank ? x.Rank : Shapes.Axis(_axis, x.Rank);
        long outer = TensorShape.Count(x.Dims[..axis]);
        long length = axis >= x.Rank ? 1 : _flatten ? TensorShape.Count(x.Dims[axis..]) : x.Dims[axis];
        long inner = _flatten || axis >= x.Rank ? 1 : TensorShape.Count(x.Dims[(axis + 1)..]);
        if (typeof(C) == typeof(float) && inner == 1 && kind != SoftmaxKind.Hardmax)
        {
            context.ThrowIfCancelled();
            Kernels.Normalization.Softmax.Run((float*)x.Data, (float*)y.Data, (nint)outer, (nint)length, kind == SoftmaxKind.LogSoftmax, context.Threads);
            return;
        }

        if (typeof(C) == typeof(float) && inner > 1 && kind != SoftmaxKind.Hardmax)
        {
            context.ThrowIfCancelled();
            Kernels.Normalization.SoftmaxColumns.Run((float*)x.Data, (float*)y.Data, (nint)outer, (nint)length, (nint)inner, kind == SoftmaxKind.LogSoftmax, context.Threads);
            return;
        }

        if (length > Array.MaxLength)
        {
            throw context.Error($"axis {_axis}: expected at most {Array.MaxLength} elements, got {length}.");
        }

        var work = default(WorkCounter);
        if (typeof(C) == typeof(float) && inner > 1 && kind == SoftmaxKind.Hardmax && length <= int.MaxValue)
        {
            HardColumns((float*)x.Data, (float*)y.Data, outer, length, inner, ref work);
            return;
        }

        if (inner == 1)
        {
            for (long o = 0; o < outer; o++)
            {
                work.Add(ElementWork * length);
                Row((C*)x.Data + (o * length), (C*)y.Data + (o * length), length, kind);
            }

            return;
        }

        long atOnce = Math.Clamp(GatheredBytes / (length * sizeof(C)), 1, Math.Min(inner, RowsAtOnce));
        C* rows = (C*)context.Scratch(atOnce * length * sizeof(C));
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i += atOnce)
            {
                long offset = (o * length * inner) + i;
                Columns((C*)x.Data + offset, (C*)y.Data + offset, length, inner, Math.Min(atOnce, inner - i), rows, ref work);
            }
        }
    }

    // 1 at the first largest element of each column, or the first NaN, and 0 elsewhere; y may be x. Some columns at once, whose state stays in the first-level cache.
    private static void HardColumns(float* x, float* y, long outer, long length, long inner, ref WorkCounter work)
    {
        float* best = stackalloc float[ColumnsAtOnce];
        int* at = stackalloc int[ColumnsAtOnce];
        for (long o = 0; o < outer; o++, x += length * inner, y += length * inner)
        {
            for (long first = 0; first < inner; first += ColumnsAtOnce)
            {
                int count = (int)Math.Min(ColumnsAtOnce, inner - first);
                new Span<float>(best, count).Fill(float.NegativeInfinity);
                new Span<int>(at, count).Clear();
                for (long k = 0; k < length; k++)
                {
                    work.Add(1 + (count / 4));
                    ArgRun.Rows<HardmaxOrder, float, int>(x + (k * inner) + first, 1, (nint)inner, best, at, count, k, last: false);
                }

                for (long k = 0; k < length; k++)
                {
                    work.Add(1 + (count / 8));
                    new Span<float>(y + (k * inner) + first, count).Clear();
                }

                for (int i = 0; i < count; i++)
                {
                    y[(at[i] * inner) + first + i] = 1;
                }
            }
        }
    }

    // Rows whose elements lie inner apart, through memory where each is contiguous.
    private void Columns<C>(C* x, C* y, long length, long inner, long count, C* rows, ref WorkCounter work)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long k = 0; k < length; k++)
        {
            work.Add(ScatteredWork + count);
            for (long i = 0; i < count; i++)
            {
                rows[(i * length) + k] = x[(k * inner) + i];
            }
        }

        for (long i = 0; i < count; i++)
        {
            work.Add(ElementWork * length);
            Row(rows + (i * length), rows + (i * length), length, kind);
        }

        for (long k = 0; k < length; k++)
        {
            work.Add(ScatteredWork + count);
            for (long i = 0; i < count; i++)
            {
                y[(k * inner) + i] = rows[(i * length) + k];
            }
        }
    }

    /// <summary>One row; <paramref name="to"/> may be <paramref name="from"/>.</summary>
    internal static void Row<C>(C* from, C* to, long length, SoftmaxKind kind)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (typeof(C) == typeof(float) && kind != SoftmaxKind.Hardmax)
        {
            Kernels.Normalization.Softmax.Run((float*)from, (float*)to, 1, (nint)length, kind == SoftmaxKind.LogSoftmax);
            return;
        }

        var source = new ReadOnlySpan<C>(from, (int)length);
        var target = new Span<C>(to, (int)length);
        C largest = TensorPrimitives.Max(source);
        if (kind == SoftmaxKind.Hardmax)
        {
            int at = Math.Max(0, C.IsNaN(largest) ? source.IndexOf(largest) : ArgRun.FirstOf(from, source.Length, largest));
            target.Clear();
            target[at] = C.One;
            return;
        }

        if (kind == SoftmaxKind.LogSoftmax)
        {
            C sum = C.Zero;
            for (int i = 0; i < source.Length; i++)
            {
                sum += C.Exp(source[i] - largest);
            }

            C log = C.Log(sum);
            for (int i = 0; i < source.Length; i++)
            {
                target[i] = source[i] - largest - log;
            }

            return;
        }

        TensorPrimitives.Subtract(source, largest, target);
        TensorPrimitives.Exp(target, target);
        TensorPrimitives.Divide(target, TensorPrimitives.Sum<C>(target), target);
    }
}
