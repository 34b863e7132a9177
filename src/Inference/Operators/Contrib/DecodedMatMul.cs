using Inference.Kernels.Gemm;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>Y[.., N] = A[.., K] × Wᵀ of weights in codes, input 1, which become f32 [N, K] for the product.</summary>
internal abstract unsafe class DecodedMatMul : FloatOperator
{
    protected const long MaxSize = MatMulNBits.MaxSize;

    /// <summary>Writes the weights [N, K].</summary>
    protected abstract void Decode(KernelContext context, float* dense, long n, long k);

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None && (batch < 0 || (context.InputShape(0) is { } a && batch < a.Length - 1));
        context.SetOutputAxis(0, apart ? batch : BatchContext.Mixed);
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor y = context.Output(0);
        (long k, long n) = (a.Dims[^1], y.Dims[^1]);
        float* dense = (float*)context.Scratch(n * k * sizeof(float));
        Decode(context, dense, n, k);
        GemmEpilogue none = default;
        GemmF32.Run((float*)a.Data, (nint)k, false, dense, (nint)k, true, (float*)y.Data, (nint)n, (nint)(a.Count / k), (nint)n, (nint)k, 1f, in none, context.Threads);
    }
}
