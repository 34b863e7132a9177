using System.Numerics;
using Inference.Operators.Convolution;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Inference.Operators.Contrib;

/// <summary>Maxima over sliding windows of X[N, spatial.., C] of 8-bit integers. Source: com.microsoft NhwcMaxPool.</summary>
internal sealed class NhwcMaxPool(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } x)
        {
            context.SetOutput(0, context.InputType(0), null);
            return;
        }

        int spatial = x.Length - 2;
        if (spatial > WindowGrid.MaxSpatial || _window.KernelShape is not { Length: > 0 })
        {
            throw context.Error($"expected rank 3 to {WindowGrid.MaxSpatial + 2} and attribute 'kernel_shape' with one size for each spatial axis, got an input of rank {x.Length}.");
        }

        _window.Check(context, spatial);
        var y = (Dimension[])x.Clone();
        for (int i = 0; i < spatial; i++)
        {
            y[i + 1] = _window.Output(i, spatial, x[i + 1], Dimension.Fixed(_window.KernelShape[i]));
        }

        context.SetOutput(0, context.InputType(0), y);
    }

    public override void PropagateBatch(BatchContext context) =>
        context.SetOutputAxis(0, context.InputAxis(0) is var axis && axis <= 0 ? axis : BatchContext.Mixed);

    public override void Run(KernelContext context)
    {
        if (context.Output(0).Count == 0)
        {
            return;
        }

        if (context.Input(0).Type == ElementType.Int8)
        {
            Compute<sbyte>(context);
        }
        else
        {
            Compute<byte>(context);
        }
    }

    private void Compute<T>(KernelContext context)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        int channels = (int)x.Dims[^1];
        WindowGrid grid = WindowGrid.Create(_window, x.Dims[1..^1], _window.KernelShape, y.Dims[1..^1]);
        int image = (int)grid.InputCount * channels;
        int target = (int)grid.OutputCount * channels;
        for (int n = 0; n < x.Dims[0]; n++)
        {
            Image(context, in grid, x.Span<T>().Slice(n * image, image), y.Span<T>().Slice(n * target, target), channels);
        }
    }

    private static unsafe void Image<T>(KernelContext context, in WindowGrid grid, ReadOnlySpan<T> x, Span<T> y, int channels)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Span<long> position = stackalloc long[WindowGrid.MaxSpatial];
        Span<long> tap = stackalloc long[WindowGrid.MaxSpatial];
        Span<long> start = stackalloc long[WindowGrid.MaxSpatial];
        Span<long> from = stackalloc long[WindowGrid.MaxSpatial];
        Span<long> to = stackalloc long[WindowGrid.MaxSpatial];
        for (; y.Length > 0; y = y[channels..])
        {
            context.ThrowIfCancelled();
            Span<T> pixel = y[..channels];
            pixel.Fill(T.MinValue);
            bool inside = true;
            for (int i = 0; i < grid.Rank; i++)
            {
                grid.Range(i, position[i], out start[i], out from[i], out to[i]);
                tap[i] = from[i];
                inside &= from[i] < to[i];
            }

            while (inside)
            {
                long at = 0;
                for (int i = 0; i < grid.Rank; i++)
                {
                    at = (at * grid.Input[i]) + start[i] + (tap[i] * grid.Dilation[i]);
                }

                TensorPrimitives.Max(pixel, x.Slice((int)at * channels, channels), pixel);
                int carry = grid.Rank - 1;
                for (; carry >= 0 && ++tap[carry] == to[carry]; carry--)
                {
                    tap[carry] = from[carry];
                }

                inside = carry >= 0;
            }

            for (int i = grid.Rank - 1; i >= 0 && ++position[i] == grid.Output[i]; i--)
            {
                position[i] = 0;
            }
        }
    }
}
