using Inference.Operators.Filling;
using Inference.Operators.Movement;
using Inference.Operators.Scoring;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>
/// x resized along its axes to given scales or sizes: nearest, linear or cubic. Source: ONNX Resize, opsets 10 to 19, and Upsample, opsets 1 to 10; scales given as float
/// multiply in float, as ONNX Runtime does.
/// </summary>
internal sealed class Resize : Operator
{
    // Positions are kept in 32 bits.
    private const double MaxSize = 1 << 30;

    private readonly ResizeOptions _options;
    private readonly float[]? _scales;
    private readonly int _roiInput = -1;
    private readonly int _scalesInput = 1;
    private readonly int _sizesInput = -1;

    public Resize(Node node)
    {
        _options = new(node);
        if (node.OpType == "Upsample" && node.Opset < 9)
        {
            _scalesInput = -1;
            _scales = node.Opset < 7
                ? [1f, 1f, node.Attributes.Float("height_scale"), node.Attributes.Float("width_scale")]
                : node.Attributes.Floats("scales") ?? throw new ModelLoadException($"{node.Describe()}: attribute 'scales': expected floats, but it is absent.");
        }
        else if (node.OpType == "Resize" && node.Opset >= 11)
        {
            (_roiInput, _scalesInput, _sizesInput) = (1, 2, 3);
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        if (_scales is null && !context.HasInput(_scalesInput) && (_sizesInput < 0 || !context.HasInput(_sizesInput)))
        {
            throw context.Error("expected scales or sizes, got neither.");
        }

        ElementType type = context.InputType(0);
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, type, null);
            return;
        }

        CheckAxes(context, shape.Length);
        var result = (Dimension[])shape.Clone();
        int count = _options.Axes?.Length ?? shape.Length;
        long[]? sizes = Given(context, _sizesInput) ? ShapeRules.Integers(context, _sizesInput) : null;
        if (Shapes.Sizes(shape) is { } fixedShape && (sizes is not null || Scales(context) is not null))
        {
            (long[] output, _) = Output(context, fixedShape, sizes, sizes is null ? Scales(context) : null);
            CheckElements(context, fixedShape, output);
            context.SetOutput(0, type, Shapes.Fixed(output));
            return;
        }

        Dimension[]? data = Given(context, _sizesInput) ? context.InputShapeData(_sizesInput) : null;
        float[]? scales = Scales(context);
        for (int i = 0; i < count; i++)
        {
            int axis = Shapes.Axis(context, _options.Axes?[i] ?? i, shape.Length);
            bool known = data is not null && i < data.Length && _options.Policy == AspectPolicy.Stretch;
            result[axis] = known ? data![i]
                : scales is null || scales.Length <= i || Given(context, _sizesInput) ? Dimension.Unknown
                : scales[i] == 1 ? shape[axis]
                : shape[axis].Size is { } size ? Dimension.Fixed(Size(context, size * scales[i], $"a scale of {scales[i]}"))
                : Dimension.Unknown;
        }

        context.SetOutput(0, type, result);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        long[]? sizes = _sizesInput >= 0 && context.OptionalInput(_sizesInput) is { Count: > 0 } given ? given.ToInt64Array() : null;
        float[]? scales = _scales ?? (sizes is null ? Floats(context.Input(_scalesInput)) : null);
        (_, double[] perAxis) = Output(null, x.Dims, sizes, scales);
        double[]? roi = _roiInput >= 0 && context.OptionalInput(_roiInput) is { Count: > 0 } region ? Doubles(region) : null;
        new ResizePlan(_options, x.Type, x.Dims, context.Output(0).Dims, perAxis, Roi(roi, x.Rank), context.Claim).Run(context);
    }

    public override Kernel? Prepare(PrepareContext context)
    {
        bool bySize = _sizesInput >= 0 && context.HasInput(_sizesInput) && context.InputDims(_sizesInput) is [> 0];
        Tensor? constant = bySize ? context.Constant(_sizesInput) : _scales is null ? context.Constant(_scalesInput) : null;
        bool crop = _options.Coordinates == CoordinateMode.TfCropAndResize;
        Tensor? region = _roiInput >= 0 && context.HasInput(_roiInput) ? context.Constant(_roiInput) : null;
        if ((constant is null && _scales is null) || (crop && region is null))
        {
            return null;
        }

        (_, double[] perAxis) = Output(null, context.InputDims(0), bySize ? constant!.ToInt64Array() : null, bySize ? null : _scales ?? Floats(constant!));
        double[]? roi = crop ? Doubles(region!) : null;
        return new ResizeKernel(new ResizePlan(_options, context.InputType(0), context.InputDims(0), context.OutputDims(0), perAxis, Roi(roi, context.InputDims(0).Length), context.Claim), context.InputType(0));
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        Dimension[]? sizes = _sizesInput >= 0 ? context.InputSizes(_sizesInput) : null;
        if (own < 0 || _options.Coordinates == CoordinateMode.TfCropAndResize || context.InputShape(0) is not { } input || context.OutputShape(0) is not { } output)
        {
            context.SetAllMixed();
            return;
        }

        // Sizes may name the batch's own; what else they hold decides the other axes.
        int position = _options.Axes is null ? own : Array.FindIndex(_options.Axes, a => Shapes.Axis(a, input.Length) == own);
        bool free = sizes is not null ? context.AreFree(sizes, except: position) : _sizesInput < 0 || context.InputAxis(_sizesInput) == BatchContext.None;
        context.SetOutputAxis(0, free && output[own] == input[own] ? own : BatchContext.Mixed);
    }

    private void CheckAxes(InferContext context, int rank)
    {
        Span<bool> seen = stackalloc bool[rank];
        seen.Clear();
        foreach (long given in _options.Axes ?? [])
        {
            ref bool own = ref seen[Shapes.Axis(context, given, rank)];
            if (own)
            {
                throw context.Error($"attribute 'axes': expected each axis once, got [{string.Join(",", _options.Axes!)}].");
            }

            own = true;
        }
    }

    private static void CheckElements(InferContext context, long[] input, long[] output)
    {
        if (TensorShape.Count(input) == 0 && TensorShape.Count(output) > 0)
        {
            throw context.Error($"input 0: expected elements to compute {TensorShape.Format(output)} from, got {TensorShape.Format(input)}.");
        }
    }

    private bool Given(InferContext context, int input) => input >= 0 && context.HasInput(input) && ShapeRules.Length(context, input) != 0;

    private float[]? Scales(InferContext context) => _scales ?? (context.InputConstant(_scalesInput) is { Count: > 0 } constant ? Floats(constant) : null);

    private static float[] Floats(Tensor tensor)
    {
        var result = new float[tensor.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = FeatureRows.At<float>(tensor, i);
        }

        return result;
    }

    private static double[] Doubles(Tensor tensor)
    {
        var result = new double[tensor.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = FeatureRows.At<double>(tensor, i);
        }

        return result;
    }

    // The region by axis of x: starts, then ends.
    private double[]? Roi(double[]? given, int rank)
    {
        if (given is null || _options.Coordinates != CoordinateMode.TfCropAndResize)
        {
            return null;
        }

        int count = _options.Axes?.Length ?? rank;
        if (given.Length != 2 * count)
        {
            throw new InvalidInputException($"Resize, roi: expected {2 * count} numbers, a start and an end for each of {count} axes, got {given.Length}.");
        }

        var result = new double[2 * rank];
        result.AsSpan(rank).Fill(1);
        for (int i = 0; i < count; i++)
        {
            int axis = Shapes.Axis(_options.Axes?[i] ?? i, rank);
            result[axis] = given[i];
            result[axis + rank] = given[i + count];
        }

        return result;
    }

    // The output's shape and the scale of each axis, from sizes or scales.
    private (long[] Output, double[] Scales) Output(InferContext? context, ReadOnlySpan<long> input, long[]? sizes, float[]? scales)
    {
        int count = _options.Axes?.Length ?? input.Length;
        int given = sizes?.Length ?? scales?.Length ?? 0;
        if (given != count)
        {
            throw Error(context, $"expected {count} scales or sizes, one per axis, got {given}.");
        }

        long[] output = input.ToArray();
        var perAxis = new double[input.Length];
        Array.Fill(perAxis, 1);
        double common = 1;
        if (sizes is not null && _options.Policy != AspectPolicy.Stretch)
        {
            common = _options.Policy == AspectPolicy.NotLarger ? double.MaxValue : 0;
            for (int i = 0; i < count; i++)
            {
                double own = (double)sizes[i] / input[Shapes.Axis(_options.Axes?[i] ?? i, input.Length)];
                common = _options.Policy == AspectPolicy.NotLarger ? Math.Min(common, own) : Math.Max(common, own);
            }
        }

        for (int i = 0; i < count; i++)
        {
            int axis = Shapes.Axis(_options.Axes?[i] ?? i, input.Length);
            if (sizes is null)
            {
                if (!(scales![i] > 0))
                {
                    throw Error(context, $"scales: expected numbers greater than 0, got {scales[i]}.");
                }

                perAxis[axis] = scales[i];
                output[axis] = scales[i] == 1 ? input[axis] : Size(context, input[axis] * scales[i], $"a scale of {scales[i]}");
            }
            else
            {
                if (sizes[i] < 0)
                {
                    throw Error(context, $"sizes: expected numbers ≥ 0, got {sizes[i]}.");
                }

                bool stretch = _options.Policy == AspectPolicy.Stretch;
                perAxis[axis] = stretch ? (double)sizes[i] / input[axis] : common;
                output[axis] = stretch ? Size(context, sizes[i], "the size") : Size(context, Math.Floor((common * input[axis]) + 0.5), $"a common scale of {common}");
            }
        }

        return (output, perAxis);
    }

    private static long Size(InferContext? context, double size, string what) =>
        size is >= 0 and <= MaxSize ? (long)size : throw Error(context, $"{what}: expected a resulting axis of at most {MaxSize} elements, got {size}.");

    private static InferenceException Error(InferContext? context, string message) => context?.Error(message) ?? (InferenceException)new InvalidInputException($"Resize: {message}");
}
