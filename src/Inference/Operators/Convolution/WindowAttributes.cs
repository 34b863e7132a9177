namespace Inference.Operators.Convolution;

/// <summary>Attributes of sliding windows: kernel_shape, strides, dilations, pads, auto_pad, ceil_mode. Shared by convolution and pooling.</summary>
internal sealed class WindowAttributes
{
    /// <summary>Sizes of axes with their pads, kernels with their dilations and strides are below this, so that kernels may count positions in 32 bits.</summary>
    public const long MaxExtent = 1L << 30;

    private readonly Node _node;
    private readonly long[]? _kernel;
    private readonly long[]? _strides;
    private readonly long[]? _dilations;
    private readonly long[]? _pads;
    private readonly bool _ceil;

    public WindowAttributes(Node node)
    {
        _node = node;
        _kernel = node.Attributes.Ints("kernel_shape");
        _strides = node.Attributes.Ints("strides");
        _dilations = node.Attributes.Ints("dilations");
        _pads = node.Attributes.Ints("pads");
        _ceil = node.Attributes.Int("ceil_mode", 0) != 0;
        AutoPad = node.Attributes.String("auto_pad", "NOTSET");
        if (AutoPad is not ("NOTSET" or "SAME_UPPER" or "SAME_LOWER" or "VALID" or ""))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'auto_pad': expected NOTSET, SAME_UPPER, SAME_LOWER or VALID, got '{AutoPad}'.");
        }

        RequireRange("strides", _strides, 1);
        RequireRange("dilations", _dilations, 1);
        RequireRange("kernel_shape", _kernel, 1);
        RequireRange("pads", _pads, 0);
    }

    public string AutoPad { get; }

    public long[]? KernelShape => _kernel;

    public bool IsSame => AutoPad is "SAME_UPPER" or "SAME_LOWER";

    public long Stride(int axis) => _strides is null || _strides.Length == 0 ? 1 : _strides[axis];

    public long Dilation(int axis) => _dilations is null || _dilations.Length == 0 ? 1 : _dilations[axis];

    /// <summary>The pads attribute: [begin.., end..].</summary>
    public long PadAttribute(int index) => _pads is null || _pads.Length == 0 ? 0 : _pads[index];

    /// <summary>Checks the lengths of the attributes against the number of spatial axes.</summary>
    public void Check(InferContext context, int spatial)
    {
        Require(context, "kernel_shape", _kernel, spatial);
        Require(context, "strides", _strides, spatial);
        Require(context, "dilations", _dilations, spatial);
        Require(context, "pads", _pads, 2 * spatial);
    }

    /// <summary>Pads before and after an axis and the number of windows, 0 where none fits.</summary>
    public long Resolve(int axis, int spatial, long size, long kernel, out long before, out long after)
    {
        long stride = Stride(axis);
        CheckExtent(axis, size, "an axis");
        CheckExtent(axis, kernel, "a kernel");
        long extent = Math.Max(0, ((kernel - 1) * Dilation(axis)) + 1);
        CheckExtent(axis, extent, "a kernel with its dilation");
        if (IsSame)
        {
            long count = (size + stride - 1) / stride;
            long total = Math.Max(0, (count - 1) * stride + extent - size);
            before = AutoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
            after = total - before;
            return count;
        }

        before = AutoPad == "VALID" ? 0 : PadAttribute(axis);
        after = AutoPad == "VALID" ? 0 : PadAttribute(axis + spatial);
        CheckExtent(axis, size + before + after, "an axis with its pads");
        long room = size + before + after - extent;

        // Towards −∞ (towards +∞ with ceil_mode) where the first window does not fit, too.
        long steps = _ceil ? room + stride - 1 : room;
        long windows = (steps >= 0 ? steps / stride : -1) + 1;

        // With ceil_mode the last window must start inside the input or the pads before it.
        return _ceil && (windows - 1) * stride >= size + before ? windows - 1 : windows;
    }

    /// <summary>The number of windows along an axis whose size may not be known.</summary>
    public Dimension Output(int axis, int spatial, Dimension size, Dimension kernel)
    {
        if (size.Size is { } fixedSize && kernel.Size is { } fixedKernel)
        {
            return Dimension.Fixed(Math.Max(0, Resolve(axis, spatial, fixedSize, fixedKernel, out _, out _)));
        }

        bool keeps = Stride(axis) == 1 && (IsSame
            || (kernel.Size is { } k && AutoPad != "VALID" && PadAttribute(axis) + PadAttribute(axis + spatial) == (k - 1) * Dilation(axis)));
        return keeps ? size : Dimension.Unknown;
    }

    /// <summary>Checks that a size counts in 32 bits with room to spare.</summary>
    /// <exception cref="ModelLoadException">It does not.</exception>
    public void CheckExtent(int axis, long size, string what)
    {
        if (size >= MaxExtent)
        {
            throw new ModelLoadException($"{_node.Describe()}: spatial axis {axis}: expected {what} of fewer than {MaxExtent} elements, got {size}.");
        }
    }

    private static void Require(InferContext context, string name, long[]? values, int length)
    {
        if (values is { Length: > 0 } && values.Length != length)
        {
            throw context.Error($"attribute '{name}': expected {length} values, got [{string.Join(",", values)}].");
        }
    }

    private void RequireRange(string name, long[]? values, long least)
    {
        foreach (long value in values ?? [])
        {
            if (value < least || value >= MaxExtent)
            {
                throw new ModelLoadException($"{_node.Describe()}: attribute '{name}': expected values in [{least}, {MaxExtent - 1}], got [{string.Join(",", values!)}].");
            }
        }
    }
}
