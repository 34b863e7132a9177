using Inference.Kernels.Convolution;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation(conv(X, W) + B + Z) on tensors [N, spatial.., C] with constant weights W[O, C/group, kernel..]; B[O] and Z, which broadcasts with the convolution, may be
/// left out. f32. With attribute <c>planar</c> X is [N, C, spatial..]. Made by layout propagation from Conv.
/// </summary>
internal sealed unsafe class NhwcConv(Node node, OperatorTable table) : Operator
{
    private const int AddendInput = 3;
    private readonly WindowAttributes _window = new(node);
    private readonly int _group = checked((int)Conv.ReadGroup(node));
    private readonly Activation _activation = FusedActivation.Read(node, table);
    private readonly bool _planar = node.Attributes.Int("planar", 0) != 0;

    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ElementType.Float32, FusedAddend.Infer(context, AddendInput, Convolution(context)));

    public override long CountMacs(InferContext context) =>
        Shapes.Sizes(Convolution(context)) is { } y ? TensorShape.Count(y) * TensorShape.Count(context.InputConstant(1)!.Dims[1..]) : 0;

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override bool CanOverwrite(int output, int input) => input == AddendInput;

    public override Kernel Prepare(PrepareContext context)
    {
        Tensor w = context.Constant(1)!;
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, context.InputDims(0), w.Dims[2..], checked((int)w.Dims[0]), _group, _planar);
        ReadOnlySpan<long> sizes = _planar ? context.InputDims(0)[2..] : context.InputDims(0)[1..^1];
        ConvolutionGeometry trimmed = geometry.Trim(sizes.Length == 2 ? (int)sizes[0] : 1, (int)sizes[^1], out int row, out int column);
        var form = new ConvolutionForm(trimmed, TensorLayout.Nhwc, row, column, context.Precision);
        ConvolutionF32 convolution = context.Shared(1, form, () => form.Precision == ModelPrecision.AllowBFloat16
            ? ConvolutionF32.CreateBFloat16(in trimmed, Filters(w.Span<float>(), in geometry, form), TensorLayout.Nhwc)
            : ConvolutionF32.Create(in trimmed, Filters(w.Span<float>(), in geometry, form), TensorLayout.Nhwc));
        long[] product = Product(context.InputDims(0), w);
        bool plain = !context.HasInput(AddendInput) || FusedAddend.IsPlain(TensorShape.Count(product), context.InputDims(AddendInput), context.OutputDims(0));
        return new Prepared(convolution, _activation, _planar, plain ? null : product);
    }

    public override void Run(KernelContext context)
    {
        // Shapes that depend on data: the weights are packed for this run alone.
        Tensor w = context.Input(1);
        Tensor x = context.Input(0);
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, x.Dims, w.Dims[2..], checked((int)w.Dims[0]), _group, _planar);
        using ConvolutionF32 convolution = ConvolutionF32.Create(in geometry, w.Span<float>(), TensorLayout.Nhwc);
        long[] product = Product(x.Dims, w);
        bool plain = context.OptionalInput(AddendInput) is not { } addend || FusedAddend.IsPlain(TensorShape.Count(product), addend.Dims, context.Output(0).Dims);
        new Prepared(convolution, _activation, _planar, plain ? null : product).Run(context);
    }

    // The part of each filter that the form keeps.
    private static ReadOnlySpan<float> Filters(ReadOnlySpan<float> all, in ConvolutionGeometry whole, ConvolutionForm form)
    {
        ConvolutionGeometry part = form.Geometry;
        if (part.KernelHeight == whole.KernelHeight && part.KernelWidth == whole.KernelWidth)
        {
            return all;
        }

        int count = all.Length / whole.Taps;
        var kept = new float[count * part.Taps];
        for (int f = 0; f < count; f++)
        {
            for (int i = 0; i < part.KernelHeight; i++)
            {
                all.Slice((f * whole.Taps) + ((form.FirstRow + i) * whole.KernelWidth) + form.FirstColumn, part.KernelWidth).CopyTo(kept.AsSpan((f * part.Taps) + (i * part.KernelWidth)));
            }
        }

        return kept;
    }

    private Dimension[]? Convolution(InferContext context) =>
        NhwcWindow.Infer(context, _window, context.InputConstant(1) ?? throw context.Error("input 1: expected constant weights, got a computed value."), _group, _planar);

    private long[] Product(ReadOnlySpan<long> x, Tensor w)
    {
        int spatial = x.Length - 2;
        ReadOnlySpan<long> sizes = _planar ? x[2..] : x[1..^1];
        var y = new long[x.Length];
        y[0] = x[0];
        y[^1] = w.Dims[0];
        for (int i = 0; i < spatial; i++)
        {
            y[i + 1] = Math.Max(0, _window.Resolve(i, spatial, sizes[i], w.Dims[i + 2], out _, out _));
        }

        return y;
    }

    /// <summary>With the shape of the convolution where the addend has another.</summary>
    private sealed class Prepared(ConvolutionF32 convolution, Activation activation, bool planar, long[]? product) : Kernel
    {
        public override long ScratchBytes => product is null ? 0 : TensorShape.Count(product) * sizeof(float);

        public override string? KernelName => convolution.KernelName;

        public override void Run(KernelContext context)
        {
            Tensor x = context.Input(0);
            Tensor y = context.Output(0);
            ReadOnlySpan<long> dims = x.Dims;
            float* target = (float*)y.Data;
            ConvolutionEpilogue epilogue = default;
            epilogue.Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null;
            if (product is null)
            {
                epilogue.Residual = context.OptionalInput(AddendInput) is { } addend ? (float*)addend.Data : null;
                epilogue.Activation = activation;
            }
            else
            {
                target = (float*)context.Scratch(ScratchBytes);
            }

            ReadOnlySpan<long> sizes = planar ? dims[2..] : dims[1..^1];
            convolution.Run(
                (float*)x.Data, planar ? TensorLayout.Nchw : TensorLayout.Nhwc, target, (int)dims[0], sizes.Length == 2 ? (int)sizes[0] : 1, (int)sizes[^1], in epilogue, context.Threads);
            if (product is not null)
            {
                FusedAddend.Add(context, target, product, context.Input(AddendInput), y, in activation);
            }
        }
    }
}
