using Inference.Kernels.Convolution;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// QLinearConv on tensors [N, spatial.., C] with constant weights, scales and zero points; the inputs are QLinearConv's, and (input 9, optional) a
/// table of 256 bytes that maps each result. Made by layout propagation.
/// </summary>
internal sealed unsafe class NhwcQConv(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly int _group = checked((int)Conv.ReadGroup(node));
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        Tensor w = context.InputConstant(3) ?? throw context.Error("input 3: expected constant weights, got a computed value.");
        QuantizedInputs.RequireForm(context, 1);
        QuantizedInputs.RequireForm(context, 4, w.Dims[0]);
        QuantizedInputs.RequireForm(context, 6);
        context.SetOutput(0, context.InputType(context.HasInput(9) ? 9 : 7), NhwcWindow.Infer(context, _window, w, _group));
    }

    public override long CountMacs(InferContext context) =>
        context.InputConstant(3) is { } w && Shapes.Sizes(NhwcWindow.Infer(context, _window, w, _group)) is { } y ? TensorShape.Count(y) * TensorShape.Count(w.Dims[1..]) : 0;

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override Kernel Prepare(PrepareContext context) => Make(
        context.InputDims(0), context.InputType(0), i => context.Constant(i), (form, make) => context.Shared(3, form, make));

    public override void Run(KernelContext context)
    {
        // Shapes that depend on data: the weights are packed for this run alone.
        QuantizedConvolution? made = null;
        using Prepared kernel = Make(context.Input(0).Dims, context.Input(0).Type, context.OptionalInput, (_, make) => made = make());
        kernel.Run(context);
        made?.Dispose();
    }

    private Prepared Make(ReadOnlySpan<long> x, ElementType typeX, Func<int, Tensor?> constant, Func<QuantizedConvolutionForm, Func<QuantizedConvolution>, QuantizedConvolution> shared)
    {
        Tensor w = constant(3)!;
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, x, w.Dims[2..], checked((int)w.Dims[0]), _group);
        int[] zeros = constant(5) is { } z ? Array.ConvertAll(z.ToInt64Array(), v => (int)v) : [];
        QuantizedConvolution convolution = shared(QuantizedConvolutionForm.Of(in geometry, constant(5)), () => QuantizedConvolution.Create(in geometry, w.Data, w.Type == ElementType.Int8, zeros));
        Tensor scaleW = constant(4)!;
        var multipliers = new float[w.Dims[0]];
        float scaleX = constant(1)!.Span<float>()[0];
        float scaleY = constant(6)!.Span<float>()[0];
        for (int i = 0; i < multipliers.Length; i++)
        {
            multipliers[i] = scaleX * scaleW.Span<float>()[scaleW.Count == 1 ? 0 : i] / scaleY;
        }

        return new(convolution, typeX == ElementType.Int8, constant(2) is { } zx ? (int)zx.ToInt64Array()[0] : 0, Tensor.Create<float>(multipliers, [multipliers.Length]),
            constant(7)!.Type == ElementType.Int8, (int)constant(7)!.ToInt64Array()[0], constant(8), _clip, constant(9));
    }

    private sealed class Prepared(QuantizedConvolution convolution, bool signedX, int zeroX, Tensor multipliers, bool signedY, int zeroY, Tensor? bias,
        QuantizedClip clip, Tensor? table) : Kernel
    {
        public override void Run(KernelContext context)
        {
            Tensor x = context.Input(0);
            ReadOnlySpan<long> dims = x.Dims;
            QuantizedEpilogue epilogue = default;
            epilogue.Output = signedY ? QuantizedOutput.Int8 : QuantizedOutput.UInt8;
            epilogue.Bias = bias is null ? null : (int*)bias.Data;
            epilogue.Scale = (float*)multipliers.Data;
            epilogue.ScalePerColumn = true;
            epilogue.ZeroPoint = zeroY;
            epilogue.Table = table is null ? null : table.Data;
            clip.Set(ref epilogue);
            convolution.Run(x.Data, signedX, zeroX, context.Output(0).Data, TensorLayout.Nhwc, (int)dims[0], dims.Length == 4 ? (int)dims[1] : 1, (int)dims[^2], in epilogue, context.Threads);
        }
    }
}
