namespace Inference.Operators.Convolution;

/// <summary>Shape rule of convolution: X[N, C, spatial..], W[M, C/group, kernel..] → Y[N, M, windows..].</summary>
internal static class ConvShape
{
    public static Dimension[]? Infer(InferContext context, int inputX, int inputW, WindowAttributes window, long group) =>
        Infer(context, inputX, context.InputShape(inputX), inputW, window, group);

    /// <summary>As above for an input whose shape, told as [N, C, spatial..], is <paramref name="x"/>.</summary>
    public static Dimension[]? Infer(InferContext context, int inputX, Dimension[]? x, int inputW, WindowAttributes window, long group)
    {
        Dimension[]? w = context.InputShape(inputW);
        if (x is null && w is null)
        {
            return null;
        }

        int rank = (x ?? w)!.Length;
        if (rank < 3 || rank - 2 > WindowGrid.MaxSpatial)
        {
            throw context.Error($"input {inputX}: expected rank 3 to {WindowGrid.MaxSpatial + 2} ([N, C, spatial..]), got rank {rank}.");
        }

        if (x is not null && w is not null && x.Length != w.Length)
        {
            throw context.Error($"expected input and weights of equal rank, got [{string.Join(",", x)}] and [{string.Join(",", w)}].");
        }

        if (x?[1].Size is { } channels && w?[1].Size is { } own && (channels % group != 0 || channels / group != own))
        {
            throw context.Error($"input {inputX}: expected {own} channels for each of {group} groups (weights [{string.Join(",", w)}]), got {channels}.");
        }

        if (w?[0].Size is { } filters && filters % group != 0)
        {
            throw context.Error($"input {inputW}: expected a number of filters that is a multiple of group {group}, got {filters}.");
        }

        int spatial = rank - 2;
        window.Check(context, spatial);
        var y = new Dimension[rank];
        y[0] = x?[0] ?? Dimension.Unknown;
        y[1] = w?[0] ?? Dimension.Unknown;
        for (int i = 0; i < spatial; i++)
        {
            RequireKernel(context, inputW, w, i);
            Dimension kernel = window.KernelShape is { Length: > 0 } given ? Dimension.Fixed(given[i]) : w?[i + 2] ?? Dimension.Unknown;
            if (w?[i + 2].Size is { } size && kernel.Size is { } named && size != named)
            {
                throw context.Error($"attribute 'kernel_shape': expected the kernel shape of the weights [{string.Join(",", w)}], got {named} along spatial axis {i}.");
            }

            y[i + 2] = window.Output(i, spatial, x?[i + 2] ?? Dimension.Unknown, kernel);
        }

        return y;
    }

    /// <summary>Checks that weights have a kernel along a spatial axis.</summary>
    public static void RequireKernel(InferContext context, int inputW, Dimension[]? w, int axis)
    {
        if (w?[axis + 2].Size == 0)
        {
            throw context.Error($"input {inputW}: expected weights with a kernel size of 1 or more along each spatial axis, got [{string.Join(",", w)}].");
        }
    }

    public static long CountMacs(InferContext context, int inputX, int inputW, WindowAttributes window, long group)
    {
        if (Shapes.Sizes(Infer(context, inputX, inputW, window, group)) is not { } y || Shapes.Sizes(context.InputShape(inputW)) is not { } w)
        {
            return 0;
        }

        return TensorShape.Count(y) * TensorShape.Count(w.AsSpan(1));
    }

    /// <summary>Rows stay apart along N where nothing but X carries the batch.</summary>
    public static void PropagateBatch(BatchContext context, int inputX)
    {
        bool apart = context.InputAxis(inputX) == 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            apart &= i == inputX || context.InputAxis(i) == BatchContext.None;
        }

        if (apart)
        {
            for (int i = 0; i < context.Node.Outputs.Count; i++)
            {
                context.SetOutputAxis(i, 0);
            }
        }
        else
        {
            context.SetAllMixed();
        }
    }
}
