using Inference.Graph;
using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// Y = activation(conv(X, W) + B + Z) on tensors [N, spatial.., C] with constant weights W[O, C/group, kernel..]; B[O] and Z (Y's shape) may be left out. f32.
/// With attribute <c>planar</c> X is [N, C, spatial..]. Made by layout propagation from Conv.
/// </summary>
internal sealed unsafe class NhwcConv(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly int _group = checked((int)Conv.ReadGroup(node));
    private readonly Activation _activation = FusedActivation.Read(node);
    private readonly bool _planar = node.Attributes.Int("planar", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        Tensor w = Weights(context.InputConstant(1), context);
        if (context.InputShape(0)?[_planar ? 1 : ^1].Size is { } channels && channels != w.Dims[1] * _group)
        {
            throw context.Error($"input 0: expected {w.Dims[1] * _group} channels, got {channels}.");
        }

        context.SetOutput(0, ElementType.Float, NhwcWindow.Infer(context, _window, w.Dims[2..], Dimension.Fixed(w.Dims[0]), _planar));
    }

    public override long CountMacs(InferContext context)
    {
        Infer(context);
        return Weights(context.InputConstant(1), context) is { } w && context.InputShape(0) is { } x
            && Shapes.Sizes(NhwcWindow.Infer(context, _window, w.Dims[2..], Dimension.Fixed(w.Dims[0]), _planar)) is { } y
            ? TensorShape.Count(y) * TensorShape.Count(w.Dims[1..]) : 0;
    }

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override bool CanOverwrite(int output, int input) => input == 3;

    public override Kernel Prepare(PrepareContext context)
    {
        Tensor w = context.Constant(1)!;
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, context.InputDims(0), w.Dims[2..], checked((int)w.Dims[0]), _group, _planar);
        ConvolutionF32 convolution = context.Shared(1, $"conv_nhwc:{geometry}", () => ConvolutionF32.Create(in geometry, w.Span<float>(), TensorLayout.Nhwc));
        return new Prepared(convolution, _activation, _planar);
    }

    public override void Run(KernelContext context)
    {
        // Shapes that depend on data: the weights are packed for this run alone.
        Tensor w = context.Input(1);
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, context.Input(0).Dims, w.Dims[2..], checked((int)w.Dims[0]), _group, _planar);
        using ConvolutionF32 convolution = ConvolutionF32.Create(in geometry, w.Span<float>(), TensorLayout.Nhwc);
        Prepared.Run(context, convolution, in _activation, _planar);
    }

    private static Tensor Weights(Tensor? weights, InferContext context) => weights ?? throw context.Error("input 1: expected constant weights, got a computed value.");

    private sealed class Prepared(ConvolutionF32 convolution, Activation activation, bool planar) : Kernel
    {
        public override void Run(KernelContext context) => Run(context, convolution, in activation, planar);

        public static void Run(KernelContext context, ConvolutionF32 convolution, in Activation activation, bool planar)
        {
            Tensor x = context.Input(0);
            ReadOnlySpan<long> dims = x.Dims;
            ConvolutionEpilogue epilogue = default;
            epilogue.Bias = context.OptionalInput(2) is { } bias ? (float*)bias.Data : null;
            epilogue.Residual = context.OptionalInput(3) is { } addend ? (float*)addend.Data : null;
            epilogue.Activation = activation;
            ReadOnlySpan<long> sizes = planar ? dims[2..] : dims[1..^1];
            convolution.Run(
                (float*)x.Data, planar ? TensorLayout.Nchw : TensorLayout.Nhwc, (float*)context.Output(0).Data, (int)dims[0], sizes.Length == 2 ? (int)sizes[0] : 1, (int)sizes[^1], in epilogue,
                context.Threads);
        }
    }
}
