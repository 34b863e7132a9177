using Inference.Operators.Convolution;

namespace Inference.Operators.Contrib;

/// <summary>
/// Maxima over sliding windows of X[N, C, spatial..] with a mask [n, c, spatial..] that repeats over planes: along the last axis a window ends before the first element whose
/// mask is 0. A window without elements gives the lowest float. Up to three spatial axes. Source: com.microsoft MaxpoolWithMask.
/// </summary>
/// <remarks>With two and three axes the first element of a plane is never masked, as in ONNX Runtime.</remarks>
internal sealed unsafe class MaxpoolWithMask(Node node) : Operator
{
    // Loops are written for three, fewer are told as axes of size 1.
    private const int MaxAxes = 3;

    private readonly WindowAttributes _window = new(node);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        Dimension[]? mask = context.InputShape(1);
        if (x is null)
        {
            context.SetOutput(0, ElementType.Float32, null);
            return;
        }

        int spatial = x.Length - 2;
        if (spatial > MaxAxes || _window.KernelShape is not { Length: > 0 })
        {
            throw context.Error($"expected one to {MaxAxes} spatial axes and attribute 'kernel_shape' with one size for each, got an input of rank {x.Length}.");
        }

        _window.Check(context, spatial);
        bool hasPlanes = x[0].Size is not > 0 || x[1].Size is not > 0 || mask is null || (mask[0].Size != 0 && mask[1].Size != 0);
        if (!hasPlanes)
        {
            throw context.Error($"input 1: expected a mask of at least one plane, got [{string.Join(",", mask!)}].");
        }

        var y = (Dimension[])x.Clone();
        for (int i = 0; i < spatial; i++)
        {
            y[i + 2] = _window.Output(i, spatial, x[i + 2], Dimension.Fixed(_window.KernelShape[i]));
        }

        context.SetOutput(0, ElementType.Float32, y);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool one = context.InputShape(1) is { Length: > 1 } mask && mask[0].Size == 1 && context.InputAxis(1) == BatchContext.None;
        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : context.InputAxis(0) == 0 && one ? 0 : BatchContext.Mixed);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor mask = context.Input(1);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        WindowGrid grid = WindowGrid.Create(_window, x.Dims[2..], _window.KernelShape, y.Dims[2..]);
        long masks = mask.Dims[0] * mask.Dims[1];
        for (long plane = 0; plane < x.Dims[0] * x.Dims[1]; plane++)
        {
            Plane(context, in grid, (float*)x.Data + (plane * grid.InputCount), (int*)mask.Data + (plane % masks * grid.InputCount), (float*)y.Data + (plane * grid.OutputCount));
        }
    }

    private static void Plane(KernelContext context, in WindowGrid grid, float* x, int* mask, float* y)
    {
        // Fewer axes are leading axes of size 1.
        int skip = MaxAxes - grid.Rank;
        Span<long> from = stackalloc long[MaxAxes];
        Span<long> to = stackalloc long[MaxAxes];
        Span<long> size = stackalloc long[MaxAxes];
        Span<long> position = stackalloc long[MaxAxes];
        size.Fill(1);
        to.Fill(1);
        for (int i = 0; i < grid.Rank; i++)
        {
            size[skip + i] = grid.Input[i];
        }

        for (long o = 0; o < grid.OutputCount; o++)
        {
            if (o % 256 == 0)
            {
                context.ThrowIfCancelled();
            }

            for (int i = 0; i < grid.Rank; i++)
            {
                grid.Range(i, position[skip + i], out long start, out long first, out long last);
                from[skip + i] = start + first;
                to[skip + i] = start + last;
            }

            y[o] = Largest(x, mask, from, to, size, firstIsMasked: grid.Rank == 1);
            for (int i = grid.Rank - 1; i >= 0 && ++position[skip + i] == grid.Output[i]; i--)
            {
                position[skip + i] = 0;
            }
        }
    }

    private static float Largest(float* x, int* mask, ReadOnlySpan<long> from, ReadOnlySpan<long> to, ReadOnlySpan<long> size, bool firstIsMasked)
    {
        float largest = float.MinValue;
        for (long i = from[0]; i < to[0]; i++)
        {
            for (long j = from[1]; j < to[1]; j++)
            {
                long row = ((i * size[1]) + j) * size[2];
                for (long at = row + from[2]; at < row + to[2] && (mask[at] != 0 || (at == 0 && !firstIsMasked)); at++)
                {
                    largest = x[at] > largest ? x[at] : largest;
                }
            }
        }

        return largest;
    }
}
