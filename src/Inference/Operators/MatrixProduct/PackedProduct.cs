using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Layers;

namespace Inference.Operators.MatrixProduct;

/// <summary>Y[M,N] = activation(α·A[M,K] × B[K,N] + bias[N]) with a constant B packed once; all rows of A as one matrix.</summary>
internal sealed unsafe class PackedProduct(LinearProduct product, int inputA, int inputBias) : Kernel
{
    /// <summary>A packed kernel where A is f32 and B a constant f32 matrix; null otherwise.</summary>
    public static PackedProduct? TryCreate(PrepareContext context, int inputA, int inputB, float alpha, Activation activation, bool transB = false, int inputBias = -1)
    {
        if (context.InputType(inputA) != ElementType.Float32 || context.Constant(inputB) is not { } b || b.Rank < 2 || b.Type != ElementType.Float32
            || b.Count != b.Dims[^1] * b.Dims[^2] || context.InputDims(inputA).Length < 2 && b.Rank > 2)
        {
            return null;
        }

        return new(new(Pack(context, inputB, b, alpha, transB), activation), inputA, inputBias);
    }

    public static PackedMatrix Pack(PrepareContext context, int input, Tensor b, float alpha, bool transposed)
    {
        long k = b.Dims[transposed ? ^1 : ^2];
        long n = b.Dims[transposed ? ^2 : ^1];
        var form = new PackedMatrixForm(k, n, transposed, BitConverter.SingleToInt32Bits(alpha), context.Precision);
        return context.Shared(input, form, () => form.Precision == ModelPrecision.AllowBFloat16
            ? PackedMatrix.CreateBFloat16((float*)b.Data, (nint)b.Dims[^1], (nint)k, (nint)n, transposed, alpha)
            : PackedMatrix.Create((float*)b.Data, (nint)b.Dims[^1], (nint)k, (nint)n, transposed, alpha));
    }

    public override string? KernelName => product.KernelName;

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(inputA);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        float* bias = inputBias >= 0 ? (float*)context.Input(inputBias).Data : null;
        product.Run((float*)a.Data, (float*)y.Data, (nint)(y.Count / product.Columns), bias, null, context.Threads);
    }
}
