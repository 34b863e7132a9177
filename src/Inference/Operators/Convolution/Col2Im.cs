using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Convolution;

/// <summary>Adds the columns [N, C·block, L] of an unfolded image back into it: [N, C, image..]. Source: ONNX Col2Im, opset 18.</summary>
internal sealed unsafe class Col2Im(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = context.InputShape(0);
        if (context.InputConstant(1) is not { } imageShape || context.InputConstant(2) is not { } blockShape)
        {
            long? rank = context.InputShape(1) is { Length: 1 } own ? own[0].Size : null;
            context.SetOutput(0, type, rank is <= WindowGrid.MaxSpatial ? Shapes.Unknown((int)rank.Value + 2) : null);
            return;
        }

        long[] image = imageShape.ToInt64Array();
        long[] block = blockShape.ToInt64Array();
        if (image.Length != block.Length || image.Length is 0 or > WindowGrid.MaxSpatial || Array.Exists(image, s => s < 0) || Array.Exists(block, s => s < 1))
        {
            throw context.Error(
                $"image_shape and block_shape: expected sizes for the same 1 to {WindowGrid.MaxSpatial} axes, 0 or more for the image and 1 or more for the block, got [{string.Join(",", image)}] and [{string.Join(",", block)}].");
        }

        _window.Check(context, image.Length);
        var along = new long[image.Length];
        for (int i = 0; i < along.Length; i++)
        {
            along[i] = Windows(i, along.Length, image[i], block[i]);
        }

        long windows = TensorShape.Count(along);
        long elements = TensorShape.Count(block);
        if (x is not null && ((x[1].Size is { } rows && rows % elements != 0) || (x[2].Size is { } given && given != windows)))
        {
            throw context.Error($"input 0: expected [N, C·{elements}, {windows}], got [{string.Join(",", x)}].");
        }

        Dimension channels = x?[1].Size is { } all ? Dimension.Fixed(all / elements) : Dimension.Unknown;
        context.SetOutput(0, type, [x?[0] ?? Dimension.Unknown, channels, .. Shapes.Fixed(image)]);
    }

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor image = context.Input(1);
        Tensor block = context.Input(2);
        int spatial = (int)image.Count;
        Span<long> dims = stackalloc long[spatial + 2];
        Span<long> kernel = stackalloc long[spatial];
        Span<long> windows = stackalloc long[spatial];
        Span<long> before = stackalloc long[spatial];
        for (int i = 0; i < spatial; i++)
        {
            dims[i + 2] = Scalars.ToInt64(image, i);
            kernel[i] = Scalars.ToInt64(block, i);
            windows[i] = Windows(i, spatial, dims[i + 2], kernel[i]);
            before[i] = _window.PadAttribute(i);
        }

        WindowGrid grid = WindowGrid.Reverse(_window, dims[2..], kernel, windows, before);
        dims[0] = x.Dims[0];
        dims[1] = x.Dims[1] / grid.KernelCount;
        Tensor y = context.Output(0, x.Type, dims);
        if (y.Count > 0)
        {
            var action = new Action(context, x, y, dims[1], grid);
            Dispatch.Numeric(x.Type, ref action);
        }
    }

    private long Windows(int axis, int spatial, long size, long kernel)
    {
        long before = _window.PadAttribute(axis);
        long after = _window.PadAttribute(axis + spatial);
        _window.CheckExtent(axis, size, "an image");
        _window.CheckExtent(axis, kernel, "a block");
        long room = size + before + after - ((kernel - 1) * _window.Dilation(axis)) - 1;
        return room < 0 ? 0 : (room / _window.Stride(axis)) + 1;
    }

    private readonly struct Action(KernelContext context, Tensor x, Tensor y, long channels, WindowGrid grid) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(C))
            {
                y.Clear();
                Fold((C*)x.Data, (C*)y.Data);
                return;
            }

            // Sums of half-precision values are kept in float and rounded once.
            Tensor wideX = context.Allocate(ElementType.Float32, x.Dims);
            Tensor wideY = context.Allocate(ElementType.Float32, y.Dims);
            Typed.ElementConverter.Convert(x.Type, x.Data, ElementType.Float32, wideX.Data, x.Count, saturate: true, Float8E8M0Rounding.Up);
            wideY.Clear();
            Fold((C*)wideX.Data, (C*)wideY.Data);
            Typed.ElementConverter.Convert(ElementType.Float32, wideY.Data, y.Type, y.Data, y.Count, saturate: true, Float8E8M0Rounding.Up);
            GC.KeepAlive(wideX);
            GC.KeepAlive(wideY);
        }

        private void Fold<C>(C* source, C* target)
            where C : unmanaged, INumber<C>
        {
            for (long n = 0; n < x.Dims[0]; n++)
            {
                Im2Col.Fold(context, in grid, source + (n * x.Dims[1] * x.Dims[2]), channels, 0, grid.OutputCount, target + (n * channels * grid.InputCount));
            }
        }
    }
}
