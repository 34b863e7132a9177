namespace Inference.Operators.Contrib;

/// <summary>
/// Regions of X[N, C, H, W] resampled to [R, C, h, w]: rois [R, 4] as (y1, x1, y2, x2) with 1 for the last pixel, the image of each, the size [h, w]; what lies outside an
/// image is extrapolation_value. Mode bilinear or nearest. Source: com.microsoft CropAndResize; TensorFlow's crop_and_resize.
/// </summary>
internal sealed class CropAndResize : Operator
{
    private readonly bool _nearest;
    private readonly float _outside;

    public CropAndResize(Node node)
    {
        _nearest = node.Attributes.String("mode", "bilinear") switch
        {
            "bilinear" => false,
            "nearest" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected bilinear or nearest, got '{other}'."),
        };
        _outside = node.Attributes.Float("extrapolation_value", 0f);
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? data = context.InputShapeData(3);
        if (data is not null && Array.Exists(data, d => d.Size < 0))
        {
            throw context.Error($"input 3 (crop_size): expected sizes of 0 or more, got [{string.Join(",", data)}].");
        }

        context.SetOutput(0, ElementType.Float32, [
            context.InputShape(1)?[0] ?? Dimension.Unknown, context.InputShape(0)?[1] ?? Dimension.Unknown,
            data is { Length: 2 } ? data[0] : Dimension.Unknown, data is { Length: 2 } ? data[1] : Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        ReadOnlySpan<float> rois = context.Input(1).Span<float>();
        ReadOnlySpan<int> images = context.Input(2).Span<int>();
        int channels = (int)x.Dims[1];
        int plane = (int)(x.Dims[2] * x.Dims[3]);
        int target = (int)(y.Dims[2] * y.Dims[3]);
        if (y.Count == 0)
        {
            return;
        }

        for (int r = 0; r < images.Length; r++)
        {
            context.ThrowIfCancelled();
            if ((ulong)images[r] >= (ulong)x.Dims[0])
            {
                throw context.Error($"input 2 (batch_indices): expected images in [0, {x.Dims[0] - 1}], got {images[r]}.");
            }

            Resample(
                x.Span<float>().Slice(images[r] * channels * plane, channels * plane), x.Dims[2], x.Dims[3], rois.Slice(r * 4, 4),
                y.Span<float>().Slice(r * channels * target, channels * target), (int)y.Dims[2], (int)y.Dims[3]);
        }
    }

    private void Resample(ReadOnlySpan<float> x, long height, long width, ReadOnlySpan<float> roi, Span<float> y, int rows, int columns)
    {
        int plane = (int)(height * width);
        for (int i = 0; i < rows; i++)
        {
            float v = Position(roi[0], roi[2], height, i, rows);
            for (int j = 0; j < columns; j++)
            {
                float u = Position(roi[1], roi[3], width, j, columns);
                bool inside = v >= 0 && v <= height - 1 && u >= 0 && u <= width - 1;
                int at = (i * columns) + j;
                for (ReadOnlySpan<float> image = x; image.Length > 0; image = image[plane..], at += rows * columns)
                {
                    y[at] = inside ? Sample(image, (int)width, v, u) : _outside;
                }
            }
        }
    }

    private float Sample(ReadOnlySpan<float> image, int width, float v, float u)
    {
        if (_nearest)
        {
            return image[((int)MathF.Round(v, MidpointRounding.AwayFromZero) * width) + (int)MathF.Round(u, MidpointRounding.AwayFromZero)];
        }

        (int top, int bottom) = ((int)v, (int)MathF.Ceiling(v));
        (int left, int right) = ((int)u, (int)MathF.Ceiling(u));
        float upper = Between(image[(top * width) + left], image[(top * width) + right], u - left);
        float lower = Between(image[(bottom * width) + left], image[(bottom * width) + right], u - left);
        return Between(upper, lower, v - top);
    }

    private static float Between(float from, float to, float part) => from + ((to - from) * part);

    private static float Position(float from, float to, long size, int index, int count) =>
        count == 1 ? (float)(0.5 * (from + to) * (size - 1))
        : index == count - 1 ? to * (size - 1)
        : (from * (size - 1)) + (index * ((to - from) * (size - 1) / (count - 1)));
}
