using System.Numerics;
using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Convolution;

/// <summary>Adds the columns [N, C·block, L] of an unfolded image back into it: [N, C, image..]. Source: ONNX Col2Im, opset 18.</summary>
internal sealed unsafe class Col2Im(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Dimension[]? x = Shapes.RequireRank(context, 0, 3);
        if (context.InputConstant(1) is not { } image || context.InputConstant(2) is not { } block)
        {
            long? rank = context.InputShape(1) is { Length: 1 } own ? own[0].Size : null;
            context.SetOutput(0, type, rank is { } r ? Shapes.Unknown((int)r + 2) : null);
            return;
        }

        if (image.Count != block.Count || image.Count > WindowGrid.MaxSpatial)
        {
            throw context.Error($"expected as many block sizes as image sizes (at most {WindowGrid.MaxSpatial}), got {block.Count} and {image.Count}.");
        }

        long elements = TensorShape.Count(block.ToInt64Array());
        Dimension channels = x?[1].Size is { } rows ? Dimension.Fixed(rows / Math.Max(1, elements)) : Dimension.Unknown;
        context.SetOutput(0, type, [x?[0] ?? Dimension.Unknown, channels, .. Shapes.Fixed(image.ToInt64Array())]);
    }

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor image = context.Input(1);
        Tensor block = context.Input(2);
        int spatial = (int)image.Count;
        Span<long> dims = stackalloc long[spatial + 2];
        var grid = new WindowGrid { Rank = spatial, InputCount = 1, OutputCount = 1, KernelCount = 1 };
        for (int i = 0; i < spatial; i++)
        {
            long size = Scalars.ToInt64(image, i);
            long kernel = Scalars.ToInt64(block, i);
            long before = _window.PadAttribute(i);
            long windows = (size + before + _window.PadAttribute(i + spatial) - (kernel - 1) * _window.Dilation(i) - 1) / _window.Stride(i) + 1;
            grid.Input[i] = dims[i + 2] = size;
            grid.Kernel[i] = kernel;
            grid.Stride[i] = _window.Stride(i);
            grid.Dilation[i] = _window.Dilation(i);
            grid.Before[i] = before;
            grid.Output[i] = windows;
            grid.InputCount *= size;
            grid.OutputCount *= windows;
            grid.KernelCount *= kernel;
        }

        dims[0] = x.Dims[0];
        dims[1] = x.Dims[1] / Math.Max(1, grid.KernelCount);
        if (x.Dims[1] != dims[1] * grid.KernelCount || x.Dims[2] != grid.OutputCount)
        {
            throw context.Error($"input 0: expected [N, C·{grid.KernelCount}, {grid.OutputCount}], got {x}.");
        }

        var action = new Action(x, context.Output(0, x.Type, dims), dims[1], grid);
        Dispatch.Numeric(x.Type, ref action);
    }

    private readonly struct Action(Tensor x, Tensor y, long channels, WindowGrid grid) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(C))
            {
                y.Span<C>().Clear();
                Fold((C*)x.Data, (C*)y.Data);
                return;
            }

            // Sums of half-precision values are kept in float and rounded once.
            Tensor wideX = Tensor.Allocate(ElementType.Float, x.Dims);
            Tensor wideY = Tensor.Allocate(ElementType.Float, y.Dims);
            Casting.ElementConverter.Convert(x.Type, x.Data, ElementType.Float, wideX.Data, x.Count, saturate: true, Float8E8M0Rounding.Up);
            wideY.Bytes.Clear();
            Fold((C*)wideX.Data, (C*)wideY.Data);
            Casting.ElementConverter.Convert(ElementType.Float, wideY.Data, y.Type, y.Data, y.Count, saturate: true, Float8E8M0Rounding.Up);
        }

        private void Fold<C>(C* source, C* target)
            where C : unmanaged, INumber<C>
        {
            for (long n = 0; n < x.Dims[0]; n++)
            {
                Im2Col.Fold(in grid, source + n * x.Dims[1] * x.Dims[2], channels, target + n * channels * grid.InputCount);
            }
        }
    }
}
