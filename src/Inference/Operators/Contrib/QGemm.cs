using Inference.Kernels.Memory;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y = alpha·scale_A·scale_B·(op(A − zero_A)·op(B − zero_B) + C), float, or quantized where scale_Y is given; inputs (A, scale, zero, B, scale, zero, C int32,
/// scale_Y, zero_Y); scales and zero points of B one value or one a column. Source: com.microsoft QGemm.
/// </summary>
internal sealed unsafe class QGemm(Node node) : Operator
{
    private readonly float _alpha = node.Attributes.Float("alpha", 1f);
    private readonly bool _transA = node.Attributes.Int("transA", 0) != 0;
    private readonly bool _transB = node.Attributes.Int("transB", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? a = context.InputShape(0);
        Dimension[]? b = context.InputShape(3);
        if (a is not null && b is not null)
        {
            Shapes.Merge(context, a[_transA ? 0 : 1], b[_transB ? 1 : 0], "K of op(A) and op(B)");
        }

        ElementType type = !context.HasInput(7) ? ElementType.Float32 : context.HasInput(8) ? context.InputType(8) : context.InputType(0);
        Dimension[] result = [a?[_transA ? 1 : 0] ?? Dimension.Unknown, b?[_transB ? 0 : 1] ?? Dimension.Unknown];
        foreach (int input in (ReadOnlySpan<int>)[4, 5])
        {
            if (context.InputShape(input) is [{ Size: not 1 }])
            {
                Shapes.RequireShape(context, input, result[1]);
            }
        }

        Shapes.RequireBroadcast(context, 6, result);
        context.SetOutput(0, type, result);
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { } a && Shapes.Sizes(context.InputShape(3)) is { } b ? a[0] * a[1] * b[_transB ? 0 : 1] : 0;

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == (_transA ? 1 : 0);
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == BatchContext.None && (i != 6 || !context.Node.HasInput(6) || context.InputShape(6) is { } c && (c.Length < 2 || c[0].Size == 1));
        }

        context.SetAll(apart, 0);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        var inputs = new QuantizedProductInputs(ScaleA: 1, ZeroA: 2, B: 3, ScaleB: 4, ZeroB: 5, Bias: 6, ScaleY: 7, ZeroY: 8);
        bool rowBias = !context.HasInput(6) || context.InputDims(6) is { Length: > 0 } c && c[^1] == context.OutputDims(0)[1] && TensorShape.Count(c) == c[^1];
        return !_transA && rowBias && PackedQuantizedProduct.Fits(context, in inputs, _transB)
            ? PackedQuantizedProduct.Create(context, in inputs, context.InputType(0), _alpha, _transB, QuantizedClip.None)
            : null;
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(3);
        Tensor y = context.Output(0);
        Tensor scaleB = context.Input(4);
        Tensor? zeroB = context.OptionalInput(5);
        long m = y.Dims[0];
        long n = y.Dims[1];
        long k = a.Dims[_transA ? 0 : 1];
        int* left = (int*)context.Scratch((a.Count + b.Count + y.Count + 1) * sizeof(int));
        int* right = left + a.Count;
        int* sums = right + b.Count;
        IntegerProduct.Widen(a, 0, a.Count, QuantizedValues.Zero(context.OptionalInput(2)), left);
        for (long i = 0; i < b.Count; i++)
        {
            long column = _transB ? i / k : i % n;
            int zero = zeroB is null ? 0 : (int)Scalars.ToInt64(zeroB, zeroB.Count == 1 ? 0 : column);
            IntegerProduct.Widen(b, i, 1, zero, right + i);
        }

        Start(context.OptionalInput(6), y, sums);
        GenericProduct.Run(left, _transA, right, _transB, sums, m, n, k, 1, context.Threads);
        float scaleA = QuantizedValues.Scale(context.Input(1));
        bool quantized = context.HasInput(7);
        float scaleY = quantized ? QuantizedValues.Scale(context.Input(7)) : 1f;
        int zeroY = QuantizedValues.Zero(context.OptionalInput(8));
        QuantizedRange range = quantized ? QuantizedRange.Of(y.Type) : default;
        for (long i = 0; i < y.Count; i++)
        {
            float scale = _alpha * scaleA * (float)Scalars.ToDouble(scaleB, scaleB.Count == 1 ? 0 : i % n);
            if (quantized)
            {
                y.Data[i] = unchecked((byte)Requantize.One(sums[i], scale / scaleY, zeroY, range.Min, range.Max));
            }
            else
            {
                ((float*)y.Data)[i] = sums[i] * scale;
            }
        }
    }

    private static void Start(Tensor? c, Tensor y, int* sums)
    {
        if (c is null)
        {
            LargeBlocks.Clear(sums, y.Count * sizeof(int));
            return;
        }

        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, c.Dims);
        loop.Collapse();
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                *sums++ = ((int*)c.Data)[loop.Offset(0) + i * loop.InnerStride(0)];
            }

            loop.Next();
        }
    }
}
