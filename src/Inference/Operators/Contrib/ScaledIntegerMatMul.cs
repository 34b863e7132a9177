using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y (float) = (A − zero_A)×(B − zero_B)·scale_A·scale_B + bias, B's scale one value or one a column. MatMulIntegerToFloat: inputs (A, B, scale_A, scale_B, zero_A,
/// zero_B, bias). DynamicQuantizeMatMul: A is float and quantized by its own range; inputs (A, B, scale_B, zero_B, bias). Sources: com.microsoft.
/// </summary>
internal sealed unsafe class ScaledIntegerMatMul(bool dynamic) : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? b = context.InputShape(1);
        ProductParameters.CheckColumns(context, dynamic ? 2 : 3, b);
        ProductParameters.CheckColumns(context, dynamic ? 3 : 5, b);
        if (!dynamic)
        {
            ProductParameters.CheckRows(context, 4, context.InputShape(0));
        }

        Shapes.RequireShape(context, dynamic ? 4 : 6, b is null ? Dimension.Unknown : b.Length == 1 ? Dimension.Fixed(1) : b[^1]);
        context.SetOutput(0, ElementType.Float32, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));
    }

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context)
    {
        for (int i = 2; i < context.InputCount; i++)
        {
            if (dynamic || context.InputAxis(i) != BatchContext.None)
            {
                // A range over the whole batch mixes its rows.
                context.SetAllMixed();
                return;
            }
        }

        ProductShape.PropagateBatch(context);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        ScaledProductInputs inputs = dynamic
            ? new(A: 0, B: 1, ZeroA: -1, ZeroB: 3, Start: -1, Scale: 2, SecondScale: -1, Bias: 4)
            : new(A: 0, B: 1, ZeroA: 4, ZeroB: 5, Start: -1, Scale: 2, SecondScale: 3, Bias: 6);
        return PackedScaledProduct.Fits(context, in inputs) ? PackedScaledProduct.Create(context, in inputs, default) : null;
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        Tensor scaleB = context.Input(dynamic ? 2 : 3);
        Tensor? zeroB = context.OptionalInput(dynamic ? 3 : 5);
        Tensor? bias = context.OptionalInput(dynamic ? 4 : 6);
        long product = IntegerProduct.ScratchBytes(a, b);
        byte* scratch = context.Scratch(product + y.Count * sizeof(int) + (dynamic ? a.Count + 64 : 0));
        int* sums = (int*)(scratch + product);
        Tensor left = a;
        Tensor? zeroA = dynamic ? null : context.OptionalInput(4);
        float scaleA;
        if (dynamic)
        {
            LinearQuantization.ChooseParameters((float*)a.Data, (nint)a.Count, out scaleA, out byte zero);
            left = new Tensor();
            left.Set(ElementType.UInt8, a.Dims, (byte*)(sums + y.Count), context);
            zeroA = Tensor.Scalar(zero);
            int wide = zero;
            QuantizeRun.Run((float*)a.Data, left, 0, a.Count, &scaleA, &wide, 0, saturate: true);
        }
        else
        {
            scaleA = QuantizedValues.Scale(context.Input(2));
        }

        IntegerProduct.Run(context, left, zeroA, b, zeroB, y.Dims, sums, scratch);
        GC.KeepAlive(zeroA);
        ProductShape.Sizes(a.Dims, b.Dims, out long m, out long n, out _);
        ReadOnlySpan<long> batchA = ProductShape.Batch(a.Dims);
        ReadOnlySpan<long> batchB = ProductShape.Batch(b.Dims);
        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        MatMul.BroadcastBatch(batchA, batchB, batch);
        float* target = (float*)y.Data;
        var work = default(WorkCounter);
        for (long row = 0; row < y.Count / n; row++)
        {
            work.Add(4 * n);
            long matrix = ProductParameters.MatrixOf(batch, b.Dims, row / m);
            for (long j = 0; j < n; j++)
            {
                float scale = scaleA * (float)Scalars.ToDouble(scaleB, ProductParameters.Index(scaleB, matrix, n, j));
                target[row * n + j] = sums[row * n + j] * scale + (bias is null ? 0f : ((float*)bias.Data)[j]);
            }
        }
    }
}
