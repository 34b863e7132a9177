using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Y (int32) = (A − zero_A) × (B − zero_B) with a constant B packed once and one zero point for all of A.</summary>
internal sealed unsafe class PackedIntegerProduct(QuantizedMatrix matrix, int inputZero) : Kernel
{
    /// <summary>A packed kernel where B[K,N] and its zero points are constant; null otherwise.</summary>
    public static PackedIntegerProduct? TryCreate(PrepareContext context)
    {
        if (context.Constant(1) is not { Rank: 2 } b || b.Count == 0 || context.InputDims(0).Length < 2
            || (context.HasInput(2) && TensorShape.Count(context.InputDims(2)) != 1) || (context.HasInput(3) && context.Constant(3) is not { Rank: <= 1 }))
        {
            return null;
        }

        int[] zeros = context.HasInput(3) ? Array.ConvertAll(context.Constant(3)!.ToInt64Array(), v => (int)v) : [];
        if (zeros.Length > 1 && zeros.Length != b.Dims[1])
        {
            return null;
        }

        QuantizedMatrix matrix = context.Shared(1, QuantizedMatrixForm.Of(transposed: false, context.HasInput(3) ? context.Constant(3) : null), () => QuantizedMatrix.Create(b.Data, b.Type == ElementType.Int8, (nint)b.Dims[1], (nint)b.Dims[0], (nint)b.Dims[1], zeros));
        return new(matrix, context.HasInput(2) ? 2 : -1);
    }

    public override void Run(KernelContext context)
    {
        Tensor a = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        QuantizedEpilogue epilogue = default;
        int zero = inputZero < 0 ? 0 : (int)Scalars.ToInt64(context.Input(inputZero));
        QuantizedGemm.Run(a.Data, a.Type == ElementType.Int8, matrix.Rows, zero, matrix, y.Data, matrix.Columns, (nint)(y.Count / matrix.Columns), in epilogue, context.Threads);
    }
}
