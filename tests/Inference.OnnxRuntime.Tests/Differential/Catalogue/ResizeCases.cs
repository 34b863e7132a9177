namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Resize and Upsample: every mode, coordinate and rounding.</summary>
internal static class ResizeCases
{
    public static IEnumerable<OperatorCases> All => [Resize(whole: false), Upsample()];

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases Resize(bool whole)
    {
        var space = new OptionSpace("Resize");
        Option<long> version = space.Add("version", 10L, 11L, 13L, 18L, 19L);
        Option<string> mode = space.Add("mode", "nearest", "linear", "cubic");
        Option<string> coordinate = space.Add("coordinate", "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "half_pixel_symmetric", "tf_half_pixel_for_nn");
        Option<string> rounding = space.Add("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        Option<string> target = space.Add("target", "scales", "stretch", "not_larger", "not_smaller");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.UInt8, ElementType.Int8, ElementType.Int32);
        Option<bool> antialias = space.Add("antialias", false, true);
        Option<bool> outside = space.Add("exclude_outside", false, true);
        Option<int> rank = space.Add("rank", 2, 3, 4, 5);
        Option<bool> axes = space.Add("axes", false, true);
        Option<string> change = space.Add("change", "down", "up", "both", "whole");
        space.Forbid(version, static v => v == 10, mode, static m => m == "cubic");
        space.Forbid(version, static v => v == 10, target, static t => t != "scales");
        space.Forbid(version, static v => v == 10, coordinate, static c => c != "asymmetric");
        space.Forbid(version, static v => v < 18, target, static t => t.StartsWith("not_", StringComparison.Ordinal));
        space.Forbid(version, static v => v < 18, antialias, static a => a);
        space.Forbid(version, static v => v < 18, axes, static a => a);
        space.Forbid(version, static v => v < 19, coordinate, static c => c == "half_pixel_symmetric");
        space.Forbid(version, static v => v != 11, coordinate, static c => c == "tf_half_pixel_for_nn");
        space.Forbid(mode, static m => m == "nearest", antialias, static a => a);
        space.Forbid(mode, static m => m != "cubic", outside, static e => e);
        space.Forbid(antialias, static a => a, coordinate, static c => c == "tf_crop_and_resize");

        // Of eight bits, ONNX Runtime's filter rounds and clips to uint8 between the axes (docs/differences.md).
        space.Forbid(antialias, a => a && !whole, type, static t => t is ElementType.Int8 or ElementType.UInt8);

        // ONNX Runtime interpolates two axes, or three of linear.
        space.Forbid(mode, m => m == "cubic" && !whole, rank, static r => r is 3 or 5);

        // It copies where sizes stay, and takes the length that was rounded where a ratio is kept (docs/differences.md).
        space.Forbid(target, t => t.StartsWith("not_", StringComparison.Ordinal) && !whole, coordinate, static c => c is "tf_crop_and_resize" or "align_corners" or "pytorch_half_pixel");
        space.Forbid(target, t => t.StartsWith("not_", StringComparison.Ordinal) && !whole, antialias, static a => a);

        // Its single precision misses the elements that a symmetric position falls on.
        space.Forbid(coordinate, c => c == "half_pixel_symmetric" && !whole, rounding, static r => r is "floor" or "ceil");
        return new("Resize", random =>
        {
            OptionRow row = random.Row(space);
            int count = row.Get(rank);
            int inner = row.Get(mode) == "nearest" ? count : count is 2 or 4 ? 2 : 3;
            long[] sizes = [.. Enumerable.Range(0, inner).Select(_ => (long)random.Int(1, 7))];
            long[] shape = [.. Enumerable.Range(0, count - inner).Select(_ => (long)random.Int(1, 3)), .. sizes];
            bool some = row.Get(axes), crop = row.Get(coordinate) == "tf_crop_and_resize";
            int first = some ? count - inner : 0;

            // Quotients of sizes put positions on elements, or between two, which ONNX Runtime's single precision misses.
            string direction = row.Get(mode) == "nearest" && row.Get(target) != "scales" && !whole ? "whole" : row.Get(change);
            float[] scales = [.. Enumerable.Range(first, count - first).Select(axis => axis < count - inner ? 1f : Scale(random, direction))];
            if (!whole && row.Get(version) == 19 && row.Get(coordinate) == "align_corners")
            {
                // From version 19 on the length is the one before it is rounded; ONNX Runtime takes the rounded one (docs/differences.md).
                scales = [.. scales.Select(static scale => Math.Max(1, MathF.Round(scale)))];
            }

            scales = whole ? scales : Changing(scales, shape[first..], row.Get(coordinate) == "pytorch_half_pixel");
            OperatorBuilder builder = new OperatorBuilder(random, "Resize", row.Get(version)).Attr("mode", row.Get(mode))
                .In(Values(random, row.Get(type), shape), false);
            if (row.Get(version) == 10)
            {
                return Result(builder.In(TensorValue.Copy(scales, [scales.Length])), row.Get(type));
            }

            builder.Attr("coordinate_transformation_mode", row.Get(coordinate)).Attr("nearest_mode", row.Get(rounding)).Attr("exclude_outside", row.Get(outside) ? 1L : 0)
                .Attr("cubic_coeff_a", random.Pick(-0.75f, -0.5f)).Attr("extrapolation_value", random.Single(row.Get(type) == ElementType.UInt8 ? 0 : -2, 2));
            _ = row.Get(antialias) ? builder.Attr("antialias", 1L) : builder;

            // Axes from the back keep no ratio in ONNX Runtime (docs/differences.md).
            _ = some ? builder.Attr("axes", [.. Enumerable.Range(first, count - first).Select(axis => (long)((whole || row.Get(target) is "scales" or "stretch") && random.Chance(0.3) ? axis - count : axis))]) : builder;
            bool old = row.Get(version) == 11;
            _ = crop ? builder.In(Region(random, scales, whole ? count - inner - first : count)) : old ? builder.In(TensorValue.Copy<float>([], [0]), true) : builder.Skip();
            if (row.Get(target) == "scales")
            {
                builder.In(TensorValue.Copy(scales, [scales.Length]));
            }
            else
            {
                _ = row.Get(target) == "stretch" ? builder : builder.Attr("keep_aspect_ratio_policy", row.Get(target));

                // At version 11 the scales are there and empty; ONNX Runtime asks for sizes at load.
                _ = old ? builder.In(TensorValue.Copy<float>([], [0]), true) : builder.Skip();
                builder.In(CaseRandom.Ints([.. scales.Select((scale, i) => Math.Max(1, (long)(shape[first + i] * scale)))]), true);
            }

            return Result(builder, row.Get(type), row.Get(antialias) ? inner : 1);
        });
    }

    private static OperatorCases Upsample()
    {
        var space = new OptionSpace("Upsample");
        Option<long> version = space.Add("version", 7L, 9L);
        Option<string> mode = space.Add("mode", "nearest", "linear");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.UInt8, ElementType.Int8, ElementType.Int32);
        Option<int> rank = space.Add("rank", 2, 4, 5);
        Option<bool> whole = space.Add("whole", false, true);
        return new("Upsample", random =>
        {
            OptionRow row = random.Row(space);
            int count = row.Get(rank), inner = row.Get(mode) == "nearest" ? count : count == 5 ? 3 : 2;
            long[] shape = [.. Enumerable.Range(0, count).Select(_ => (long)random.Int(1, 5))];
            float[] scales = [.. Enumerable.Range(0, count).Select(axis => axis < count - inner ? 1f : row.Get(whole) ? random.Int(1, 3) : random.Single(1, 2.7f))];
            scales = Changing(scales, shape, alone: false);
            OperatorBuilder builder = new OperatorBuilder(random, "Upsample", row.Get(version)).Attr("mode", row.Get(mode))
                .In(Values(random, row.Get(type), shape), false);
            return Result(row.Get(version) == 7 ? builder.Attr("scales", scales) : builder.In(TensorValue.Copy(scales, [scales.Length])), row.Get(type));
        });
    }

    private static TensorValue Values(CaseRandom random, ElementType type, long[] shape) =>
        type is ElementType.Float32 or ElementType.Int32 ? random.Tensor(type, shape) : random.Quantized(type, shape);

    // A weighted sum becomes an integer in a way that the specification leaves open: one step, with a filter one for each axis.
    private static OperatorBuilder Result(OperatorBuilder builder, ElementType type, int steps = 1) => builder.Out(type).Tolerance(1e-4, 1e-4).Steps(steps);

    // Where sizes stay, ONNX Runtime copies whatever the scales, and it rounds the length before it asks whether that is 1 (docs/differences.md): such scales become 1.
    private static float[] Changing(float[] scales, long[] sizes, bool alone) =>
        [.. scales.Select((scale, i) => (long)(sizes[i] * scale) == sizes[i] || (alone && (long)(sizes[i] * scale) == 1) ? 1 : scale)];

    private static float Scale(CaseRandom random, string change) => change switch
    {
        "down" => random.Single(0.3f, 1),
        "up" => random.Single(1, 3),
        "both" => random.Single(0.4f, 2),
        _ => random.Pick(1f, 2f, 3f, 0.5f),
    };

    // Starts, then ends, of the axes. The first stay whole, and, where ONNX Runtime is to follow, those of a scale of 1: it crops none of these (docs/differences.md).
    private static TensorValue Region(CaseRandom random, float[] scales, int first)
    {
        int axes = scales.Length;
        float[] region = new float[2 * axes];
        for (int i = 0; i < axes; i++)
        {
            bool stays = i < first && scales[i] == 1;
            region[i] = stays ? 0 : random.Single(-0.2f, 0.4f);
            region[axes + i] = stays ? 1 : random.Single(0.6f, 1.2f);
        }

        return TensorValue.Copy(region, [region.Length]);
    }
}
