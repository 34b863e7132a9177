using Inference.Graph;
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
        Shapes.RequireType(context, 0, MatMulInteger.Quantized);
        Shapes.RequireType(context, 3, MatMulInteger.Quantized);
        ElementType type = Shapes.RequireType(context, 7, MatMulInteger.Quantized);
        context.SetOutput(0, type, ProductShape.Infer(context, context.InputShape(0), context.InputShape(3)));
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

        if (apart)
        {
            context.SetOutputAxis(0, context.InputAxis(0));
        }
        else
        {
            context.SetAllMixed();
        }
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
        long product = IntegerProduct.ScratchBytes(a, b);
        byte* scratch = context.Scratch(product + (y.Count + n) * sizeof(int));
        int* sums = (int*)(scratch + product);
        float* multipliers = (float*)(sums + y.Count);
        IntegerProduct.Run(context, a, context.OptionalInput(2), b, context.OptionalInput(5), y.Dims, sums, scratch);
        float scaleY = (float)Scalars.ToDouble(context.Input(6));
        int zero = context.OptionalInput(7) is { } z ? (int)Scalars.ToInt64(z) : 0;
        for (long row = 0; row < y.Count / n; row++)
        {
            if (row == 0 || scaleA.Count > 1 || scaleB.Count > n)
            {
                float left = (float)Scalars.ToDouble(scaleA, scaleA.Count == 1 ? 0 : row % scaleA.Count);
                for (long j = 0; j < n; j++)
                {
                    long at = scaleB.Count == 1 ? 0 : scaleB.Count == n ? j : row / m * n + j;
                    multipliers[j] = left * (float)Scalars.ToDouble(scaleB, at % scaleB.Count) / scaleY;
                }
            }

            Requantize.Run(sums + row * n, n, multipliers, 1, zero, QuantizedRange.Of(y.Type), y.Data + row * n);
        }
    }
}
