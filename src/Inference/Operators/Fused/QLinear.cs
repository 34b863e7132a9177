using Inference.Graph;
using Inference.Kernels.Quantized;
using Inference.Operators.Quantization;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = (X − zero_X) × (W − zero_W)·(scale_X·scale_W) + bias, in f32 or, with scale_Y, quantized: inputs (X[.., K], scale, zero, W[K, N] or transposed, scale, zero, bias,
/// scale_Y, zero_Y); all but X constant. The bias is int32 in units of scale_X·scale_W. Attribute <c>transB</c>. Made by quantization fusion.
/// </summary>
internal sealed unsafe class QLinear(Node node) : Operator
{
    private readonly bool _transposed = node.Attributes.Int("transB", 0) != 0;
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    public override void Infer(InferContext context)
    {
        Tensor w = context.InputConstant(3) ?? throw context.Error("input 3: expected a constant matrix, got a computed value.");
        Dimension[]? y = context.InputShape(0) is { } x ? [.. x[..^1], Dimension.Fixed(w.Dims[_transposed ? 0 : 1])] : null;
        context.SetOutput(0, context.HasInput(8) ? context.InputType(8) : ElementType.Float, y);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        context.SetOutputAxis(0, axis >= 0 && axis < (context.InputShape(0)?.Length ?? 0) - 1 ? axis : axis == BatchContext.None ? axis : BatchContext.Mixed);
    }

    public override Kernel Prepare(PrepareContext context) => Make(i => context.Constant(i), context.InputType(0), (form, make) => context.Shared(3, form, make));

    public override void Run(KernelContext context)
    {
        QuantizedMatrix? made = null;
        using Prepared kernel = Make(context.OptionalInput, context.Input(0).Type, (_, make) => made = make());
        kernel.Run(context);
        made?.Dispose();
    }

    private Prepared Make(Func<int, Tensor?> constant, ElementType typeX, Func<string, Func<QuantizedMatrix>, QuantizedMatrix> shared)
    {
        Tensor w = constant(3)!;
        nint k = (nint)w.Dims[_transposed ? 1 : 0];
        nint n = (nint)w.Dims[_transposed ? 0 : 1];
        int[] zeros = constant(5) is { } z ? Array.ConvertAll(z.ToInt64Array(), v => (int)v) : [];
        QuantizedMatrix matrix = shared($"qgemm_b:{_transposed}", () => QuantizedMatrix.Create(w.Data, w.Type == ElementType.Int8, (nint)w.Dims[1], k, n, zeros, _transposed));
        Tensor scaleW = constant(4)!;
        float scaleX = constant(1)!.Span<float>()[0];
        float divisor = constant(7) is { } scaleY ? scaleY.Span<float>()[0] : 1f;
        Tensor multipliers = Tensor.Allocate(ElementType.Float, [n]);
        for (int i = 0; i < n; i++)
        {
            multipliers.Span<float>()[i] = scaleX * scaleW.Span<float>()[scaleW.Count == 1 ? 0 : i] / divisor;
        }

        return new(matrix, typeX == ElementType.Int8, constant(2) is { } zx ? (int)zx.ToInt64Array()[0] : 0, multipliers, constant(6), constant(8), _clip);
    }

    private sealed class Prepared(QuantizedMatrix matrix, bool signedX, int zeroX, Tensor multipliers, Tensor? bias, Tensor? zeroY, QuantizedClip clip) : Kernel
    {
        private readonly int _zeroY = zeroY is null ? 0 : (int)zeroY.ToInt64Array()[0];

        public override void Run(KernelContext context)
        {
            Tensor y = context.Output(0);
            if (y.Count == 0)
            {
                return;
            }

            QuantizedEpilogue epilogue = default;
            epilogue.Output = zeroY is null ? QuantizedOutput.Float32 : zeroY.Type == ElementType.Int8 ? QuantizedOutput.Int8 : QuantizedOutput.UInt8;
            epilogue.Bias = bias is null ? null : (int*)bias.Data;
            epilogue.Scale = (float*)multipliers.Data;
            epilogue.ScalePerColumn = true;
            epilogue.ZeroPoint = _zeroY;
            clip.Set(ref epilogue);
            QuantizedGemm.Run(context.Input(0).Data, signedX, matrix.Rows, zeroX, matrix, y.Data, matrix.Columns, (nint)(y.Count / matrix.Columns), in epilogue, context.Threads);
        }
    }
}
