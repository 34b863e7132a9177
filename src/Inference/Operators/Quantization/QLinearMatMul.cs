using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>
/// Y = saturate(round(acc·(scale_A·scale_B/scale_Y)) + zero_Y), acc = (A − zero_A) × (B − zero_B) in int32; inputs (A, scale, zero, B, scale, zero, scale_Y,
/// zero_Y). Scales of B may be one a column, of A one a row. Source: ONNX QLinearMatMul, opsets 10 and 21.
/// </summary>
internal sealed unsafe class QLinearMatMul : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? y = ProductShape.Infer(context, context.InputShape(0), context.InputShape(3));
        for (int i = 1; i <= 2; i++)
        {
            ProductParameters.CheckRows(context, i, context.InputShape(0));
            ProductParameters.CheckColumns(context, 3 + i, context.InputShape(3));
            if (context.InputShape(5 + i) is { } shape && Shapes.Product(shape).Size is not (null or 1))
            {
                // One a row of Y, whose columns then must be there.
                ProductParameters.CheckRows(context, 5 + i, context.InputShape(0)?.Length < 2 || context.InputShape(3)?.Length < 2 ? [] : y);
            }
        }

        context.SetOutput(0, context.InputType(7), y);
    }

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(context.InputShape(0)) is { Length: > 0 } a && Shapes.Sizes(context.InputShape(3)) is { Length: > 1 } b ? TensorShape.Count(a) * b[^1] : 0;

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) >= 0 && context.InputShape(0) is { } a && context.InputAxis(0) < a.Length - 1 && context.InputShape(3) is { Length: 2 };
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == BatchContext.None;
        }

        context.SetAll(apart, context.InputAxis(0));
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        var inputs = new QuantizedProductInputs(ScaleA: 1, ZeroA: 2, B: 3, ScaleB: 4, ZeroB: 5, Bias: -1, ScaleY: 6, ZeroY: 7);
        return context.InputDims(0).Length >= 2 && PackedQuantizedProduct.Fits(context, in inputs, transposed: false)
            ? PackedQuantizedProduct.Create(context, in inputs, context.InputType(0), 1f, transposed: false, QuantizedClip.None)
            : null;
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor scaleA = context.Input(1);
        Tensor b = context.Input(3);
        Tensor scaleB = context.Input(4);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        ProductShape.Sizes(a.Dims, b.Dims, out long m, out long n, out _);
        ReadOnlySpan<long> batchA = ProductShape.Batch(a.Dims);
        ReadOnlySpan<long> batchB = ProductShape.Batch(b.Dims);
        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        MatMul.BroadcastBatch(batchA, batchB, batch);
        long product = IntegerProduct.ScratchBytes(a, b);
        byte* scratch = context.Scratch(product + (y.Count + n) * sizeof(int));
        int* sums = (int*)(scratch + product);
        float* multipliers = (float*)(sums + y.Count);
        IntegerProduct.Run(context, a, context.OptionalInput(2), b, context.OptionalInput(5), y.Dims, sums, scratch);
        Tensor scaleY = context.Input(6);
        Tensor zeroY = context.Input(7);
        bool same = scaleA.Count == 1 && scaleY.Count == 1 && (scaleB.Count == 1 || scaleB.Count == n);
        var work = default(WorkCounter);
        for (long row = 0; row < y.Count / n; row++)
        {
            work.Add(4 * n);
            long matrix = row / m;
            if (row == 0 || !same)
            {
                long matrixB = ProductParameters.MatrixOf(batch, b.Dims, matrix);
                float left = (float)Scalars.ToDouble(scaleA, ProductParameters.Index(scaleA, ProductParameters.MatrixOf(batch, a.Dims, matrix), m, row % m));
                float divisor = (float)Scalars.ToDouble(scaleY, ProductParameters.Index(scaleY, matrix, m, row % m));
                for (long j = 0; j < n; j++)
                {
                    multipliers[j] = left * (float)Scalars.ToDouble(scaleB, ProductParameters.Index(scaleB, matrixB, n, j)) / divisor;
                }
            }

            int zero = (int)Scalars.ToInt64(zeroY, ProductParameters.Index(zeroY, matrix, m, row % m));
            Requantize.Run(sums + row * n, n, multipliers, 1, zero, QuantizedRange.Of(y.Type), y.Data + row * n);
        }
    }
}
