using System.Numerics;
using Inference.Kernels;
using Inference.Kernels.Gemm;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;
using Activation = Inference.Kernels.Elementwise.Activation;

namespace Inference.Operators.Convolution;

/// <summary>
/// Y = activation(conv(X, W) + B + Z) with groups, strides, dilations and pads, over any number of spatial axes; activation and the addend Z (input 3) come
/// with the fused form only. Source: ONNX Conv, opsets 1 to 22; com.microsoft FusedConv.
/// </summary>
internal sealed unsafe partial class Conv(Node node, OperatorTable table) : FloatOperator
{

    private readonly WindowAttributes _window = new(node);
    private readonly long _group = ReadGroup(node);
    private readonly Activation _activation = FusedActivation.Read(node, table);

    internal static long ReadGroup(Node node)
    {
        long group = node.Attributes.Int("group", 1);
        return group is > 0 and <= int.MaxValue ? group : throw new ModelLoadException($"{node.Describe()}: attribute 'group': expected a number in [1, {int.MaxValue}], got {group}.");
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireSameType(context, 0, 1);
        Shapes.RequireSameType(context, 0, 2);
        Shapes.RequireShape(context, 2, context.InputShape(1) is { Length: > 0 } w ? w[0] : Dimension.Unknown);
        if (type == ElementType.Float64 && (context.HasInput(3) || !_activation.IsNone))
        {
            throw context.Error("input 0: expected float32, float16 or bfloat16 with a fused addend or activation, got float64.");
        }

        Dimension[]? y = ConvShape.Infer(context, 0, 1, _window, _group);
        if (y is not null)
        {
            Shapes.RequireShape(context, 3, y);
        }

        context.SetOutput(0, type, y);
    }

    public override long CountMacs(InferContext context) => ConvShape.CountMacs(context, 0, 1, _window, _group);

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override Kernel? Prepare(PrepareContext context) =>
        (Kernel?)VolumeKernel.TryCreate(context, _window, _group, _activation) ?? PlanarKernel.TryCreate(context, _window, _group, _activation);

    protected override void RunSingle(KernelContext context)
    {
        Compute<float>(context);
        if (context.OptionalInput(3) is { } addend)
        {
            Tensor y = context.Output(0);
            System.Numerics.Tensors.TensorPrimitives.Add<float>(y.Span<float>(), addend.Span<float>(), y.Span<float>());
            Kernels.Elementwise.Activations.Apply(in _activation, (float*)y.Data, (float*)y.Data, (nint)y.Count);
        }
    }

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor w = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        C* bias = context.OptionalInput(2) is { } b ? (C*)b.Data : null;
        WindowGrid grid = WindowGrid.Create(_window, x.Dims[2..], w.Dims[2..], y.Dims[2..]);
        long groupChannels = w.Dims[1];
        long filters = w.Dims[0] / _group;
        long depth = groupChannels * grid.KernelCount;
        long tile = Math.Clamp(Im2Col.TileElements / Math.Max(1, depth), Math.Min(TileLimits.PanelColumns, grid.OutputCount), grid.OutputCount);
        bool pointwise = grid.IsPointwise;
        C* columns = (C*)context.Scratch(pointwise ? 1 : Math.Max(1, depth * tile) * sizeof(C));
        for (long n = 0; n < x.Dims[0]; n++)
        {
            for (long g = 0; g < _group; g++)
            {
                C* input = (C*)x.Data + (n * x.Dims[1] + g * groupChannels) * grid.InputCount;
                C* weights = (C*)w.Data + g * filters * depth;
                C* target = (C*)y.Data + (n * y.Dims[1] + g * filters) * grid.OutputCount;
                C* groupBias = bias is null ? null : bias + g * filters;
                for (long first = 0; first < grid.OutputCount; first += tile)
                {
                    context.ThrowIfCancelled();
                    long count = Math.Min(tile, grid.OutputCount - first);
                    if (pointwise)
                    {
                        Multiply(context, weights, input + first, grid.InputCount, groupBias, target + first, filters, count, depth, grid.OutputCount);
                        continue;
                    }

                    Im2Col.Run<C, C>(in grid, input, groupChannels, C.Zero, first, count, columns, context.Threads);
                    Multiply(context, weights, columns, count, groupBias, target + first, filters, count, depth, grid.OutputCount);
                }
            }
        }
    }

    // columns[depth, count] with rows that lie columnStride apart, target[filters, count] with rows that lie stride apart.
    private void Multiply<C>(KernelContext context, C* weights, C* columns, long columnStride, C* bias, C* target, long filters, long count, long depth, long stride)
        where C : unmanaged, INumber<C>
    {
        if (typeof(C) == typeof(float))
        {
            GemmEpilogue epilogue = default;
            epilogue.RowBias = (float*)bias;
            epilogue.Activation = context.HasInput(3) ? default : _activation;
            GemmF32.Run((float*)weights, (nint)depth, false, (float*)columns, (nint)columnStride, false, (float*)target, (nint)stride, (nint)filters, (nint)count, (nint)depth, 1f, in epilogue, context.Threads);
            return;
        }

        for (long f = 0; f < filters; f++)
        {
            new Span<C>(target + (f * stride), (int)count).Fill(bias is null ? C.Zero : bias[f]);
        }

        GenericProduct.Run(weights, depth, false, columns, columnStride, false, target, stride, filters, count, depth, C.One, context.Threads);
    }
}
