namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Regions, boxes and grids of images.</summary>
internal static class RegionCases
{
    public static IEnumerable<OperatorCases> All => [RoiAlign(), MaxRoiPool(), NonMaxSuppression(), GridSample(), AffineGrid(whole: false), ColumnsToImage(whole: false), CenterCropPad(), MaxUnpool(), Determinant()];

    private static OperatorCases RoiAlign()
    {
        var space = new OptionSpace("RoiAlign");
        Option<long> version = space.Add("version", 10L, 16L, 22L);
        Option<string> mode = space.Add("mode", "avg", "max");
        Option<string> coordinate = space.Add("coordinate", "", "half_pixel", "output_half_pixel");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<long> sampling = space.Add("sampling_ratio", 0L, 1L, 2L, 3L);
        Option<float> scale = space.Add("spatial_scale", 1f, 0.5f, 1.7f);
        Option<bool> beyond = space.Add("beyond", false, true);
        space.Forbid(version, static v => v == 10, coordinate, static c => c.Length > 0);
        return new("RoiAlign", random =>
        {
            OptionRow row = random.Row(space);
            (long images, long height, long width, long regions) = (random.Int(1, 3), random.Int(2, 9), random.Int(2, 9), random.Int(1, 4));
            OperatorBuilder builder = new OperatorBuilder(random, "RoiAlign", row.Get(version)).Attr("mode", row.Get(mode)).Attr("output_height", random.Int(1, 4)).Attr("output_width", random.Int(1, 4))
                .Attr("sampling_ratio", row.Get(sampling)).Attr("spatial_scale", row.Get(scale));
            _ = row.Get(coordinate).Length > 0 ? builder.Attr("coordinate_transformation_mode", row.Get(coordinate)) : builder;
            float limit = row.Get(beyond) ? 14 : Math.Min(height, width) / row.Get(scale), from = row.Get(beyond) ? -3 : 0;
            float[] boxes = [.. Enumerable.Range(0, (int)regions).SelectMany(_ =>
            {
                (float x, float y) = (random.Single(from, limit / 2), random.Single(from, limit / 2));
                return new[] { x, y, random.Single(x, limit), random.Single(y, limit) };
            })];
            TensorValue rois = row.Get(type) == ElementType.Float32 ? TensorValue.Copy(boxes, [regions, 4]) : TensorValue.Copy(Array.ConvertAll(boxes, static x => (double)x), [regions, 4]);
            return builder.In(random.Tensor(row.Get(type), [images, random.Int(1, 3), height, width]), false).In(rois).In(random.Ints([regions], 0, (int)images - 1)).Out(row.Get(type)).Tolerance(1e-4, 1e-4);
        });
    }

    private static OperatorCases MaxRoiPool() => new("MaxRoiPool", static random =>
    {
        (long images, long height, long width, long regions) = (random.Int(1, 3), random.Int(2, 9), random.Int(2, 9), random.Int(1, 4));
        float[] boxes = [.. Enumerable.Range(0, (int)regions).SelectMany(_ =>
        {
            (int x, int y) = (random.Int(-1, 5), random.Int(-1, 5));
            return new[] { random.Int(0, (int)images - 1), x, y, x + random.Int(0, 7), y + (float)random.Int(0, 7) };
        })];
        return new OperatorBuilder(random, "MaxRoiPool").Attr("pooled_shape", [random.Int(1, 4), random.Int(1, 4)]).Attr("spatial_scale", random.Pick(1f, 0.5f, 0.3f))
            .In(random.Tensor(ElementType.Float32, [images, random.Int(1, 3), height, width]), false).In(TensorValue.Copy(boxes, [regions, 5])).Out(ElementType.Float32);
    });

    private static OperatorCases NonMaxSuppression()
    {
        var space = new OptionSpace("NonMaxSuppression");
        Option<long> version = space.Add("version", 10L, 11L);
        Option<long> center = space.Add("center_point_box", 0L, 1L);
        Option<int> most = space.Add("most", -1, 0, 1, 3, 100);
        Option<float> overlap = space.Add("iou_threshold", -1f, 0f, 0.3f, 0.7f, 1f);
        Option<float> least = space.Add("score_threshold", -2f, -1f, 0f, 0.5f);
        Option<bool> turned = space.Add("turned", false, true);
        space.Forbid(center, static c => c == 1, turned, static t => t);
        return new("NonMaxSuppression", random =>
        {
            OptionRow row = random.Row(space);
            bool turns = row.Get(turned);
            (long batch, long classes, long boxes) = (random.Int(1, 2), random.Int(1, 3), random.Int(1, 12));
            float[] corners = [.. Enumerable.Range(0, (int)(batch * boxes)).SelectMany(_ =>
            {
                float[] box = [random.Single(0, 5), random.Single(0, 5), random.Single(0, 3), random.Single(0, 3)];
                float[] ends = [box[0], box[1], box[0] + box[2], box[1] + box[3]];
                return row.Get(center) == 1 ? box : turns && random.Chance(0.5) ? [ends[2], ends[3], ends[0], ends[1]] : ends;
            })];

            // Scores are distinct: which of two equal ones comes first is not defined.
            long[] order = random.Permutation((int)(batch * classes * boxes));
            float[] scores = [.. order.Select(at => (at / (float)order.Length * 2) - 1)];
            OperatorBuilder builder = new OperatorBuilder(random, "NonMaxSuppression", row.Get(version)).Attr("center_point_box", row.Get(center))
                .In(TensorValue.Copy(corners, [batch, boxes, 4]), false).In(TensorValue.Copy(scores, [batch, classes, boxes]), false);
            _ = row.Get(most) >= 0 ? builder.In(random.Chance(0.5) ? CaseRandom.Ints(row.Get(most)) : CaseRandom.Scalar((long)row.Get(most))) : builder.Skip();
            _ = row.Get(overlap) >= 0 ? builder.In(TensorValue.Copy([row.Get(overlap)], [1])) : builder.Skip();
            return (row.Get(least) >= -1 ? builder.In(TensorValue.Copy([row.Get(least)], [1])) : builder).Out(ElementType.Int64);
        });
    }

    private static OperatorCases GridSample()
    {
        var space = new OptionSpace("GridSample");
        Option<long> version = space.Add("version", 16L, 20L, 22L);
        Option<string> mode = space.Add("mode", "linear", "nearest", "cubic");
        Option<string> padding = space.Add("padding_mode", "zeros", "border", "reflection");
        Option<long> corners = space.Add("align_corners", 0L, 1L);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<int> spatial = space.Add("spatial", 2, 3);
        Option<float> reach = space.Add("reach", 1f, 1.4f, 5f);
        space.Forbid(version, static v => v == 16, spatial, static s => s == 3);
        space.Forbid(mode, static m => m == "cubic", spatial, static s => s == 3);
        return new("GridSample", random =>
        {
            OptionRow row = random.Row(space);
            string name = (row.Get(version), row.Get(mode)) switch { (16, "linear") => "bilinear", (16, "cubic") => "bicubic", (_, var m) => m };
            long images = random.Int(1, 2);
            long[] from = Sizes(random, row.Get(spatial)), to = Sizes(random, row.Get(spatial));
            return new OperatorBuilder(random, "GridSample", row.Get(version)).Attr("mode", name).Attr("padding_mode", row.Get(padding)).Attr("align_corners", row.Get(corners))
                .In(random.Tensor(row.Get(type), [images, random.Int(1, 3), .. from]), false).In(Numbers(random, row.Get(type), [images, .. to, to.Length], row.Get(reach)), false).Tolerance(1e-3, 1e-3).Out(row.Get(type));
        });
    }

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases AffineGrid(bool whole)
    {
        var space = new OptionSpace("AffineGrid");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<int> spatial = space.Add("spatial", 2, 3);
        Option<long> corners = space.Add("align_corners", 0L, 1L);
        return new("AffineGrid", random =>
        {
            OptionRow row = random.Row(space);
            (long images, int axes) = (random.Int(1, 3), row.Get(spatial));

            // Where the one pixel of an axis lies that is both its corners is left open (docs/differences.md).
            return new OperatorBuilder(random, "AffineGrid", 20).Attr("align_corners", row.Get(corners)).In(random.Tensor(row.Get(type), [images, axes, axes + 1]), false)
                .In(CaseRandom.Ints([images, random.Int(1, 3), .. Sizes(random, axes).Select(d => whole ? d : Math.Max(d, row.Get(corners) + 1))])).Out(row.Get(type)).Tolerance(1e-5, 1e-5);
        });
    }

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases ColumnsToImage(bool whole)
    {
        var space = new OptionSpace("Col2Im");
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> dilations = space.Add("dilations", false, true);
        Option<bool> pads = space.Add("pads", false, true);

        // Of one or three axes, ONNX Runtime adds to other places with dilations than without (docs/differences.md).
        space.Forbid(spatial, s => s != 2 && !whole, dilations, static d => d);
        return new("Col2Im", random =>
        {
            OptionRow row = random.Row(space);
            int axes = row.Get(spatial);
            long[] block = [.. Enumerable.Range(0, axes).Select(_ => (long)random.Int(1, 3))];
            long[] step = [.. block.Select(_ => row.Get(strides) ? (long)random.Int(1, 3) : 1)], dilation = [.. block.Select(_ => row.Get(dilations) ? (long)random.Int(1, 2) : 1)];
            long[] pad = [.. block.Concat(block).Select(b => row.Get(pads) ? (long)random.Int(0, (int)b - 1) : 0)];
            long[] image = [.. block.Select((b, i) => (dilation[i] * (b - 1)) + 1 + random.Int(0, 5))];
            long[] windows = [.. block.Select((b, i) => ((image[i] + pad[i] + pad[axes + i] - (dilation[i] * (b - 1)) - 1) / step[i]) + 1)];
            OperatorBuilder builder = new(random, "Col2Im");
            _ = row.Get(strides) ? builder.Attr("strides", step) : builder;
            _ = row.Get(dilations) ? builder.Attr("dilations", dilation) : builder;
            _ = row.Get(pads) ? builder.Attr("pads", pad) : builder;
            return builder.In(random.Tensor(ElementType.Float32, [random.Int(1, 2), random.Int(1, 3) * TensorShape.Count(block), TensorShape.Count(windows)]), false)
                .In(CaseRandom.Ints(image)).In(CaseRandom.Ints(block)).Out(ElementType.Float32).Tolerance(1e-5, 1e-5);
        });
    }

    private static OperatorCases CenterCropPad()
    {
        var space = new OptionSpace("CenterCropPad");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.UInt8);
        Option<string> axes = space.Add("axes", "all", "some", "negative");
        Option<string> change = space.Add("change", "crop", "pad", "both");
        return new("CenterCropPad", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = random.FullShape(1, 4);
            long[] chosen = row.Get(axes) == "all" ? [.. Enumerable.Range(0, shape.Length).Select(static i => (long)i)] : [.. random.Permutation(shape.Length)[..random.Int(1, shape.Length)]];
            long[] target = [.. chosen.Select(axis => row.Get(change) switch { "crop" => random.Int(1, (int)shape[axis]), "pad" => shape[axis] + random.Int(0, 5), _ => (long)random.Int(1, 9) })];
            OperatorBuilder builder = new OperatorBuilder(random, "CenterCropPad").In(random.Tensor(row.Get(type), shape), false).In(CaseRandom.Ints(target));
            return (row.Get(axes) == "all" ? builder : builder.Attr("axes", row.Get(axes) == "some" ? chosen : [.. chosen.Select(axis => axis - shape.Length)])).Out(row.Get(type));
        });
    }

    private static OperatorCases MaxUnpool()
    {
        var space = new OptionSpace("MaxUnpool");
        Option<long> version = space.Add("version", 9L, 11L, 22L);
        Option<int> spatial = space.Add("spatial", 1, 2, 3);
        Option<bool> strides = space.Add("strides", false, true);
        Option<bool> pads = space.Add("pads", false, true);
        Option<bool> output = space.Add("output_shape", false, true);
        return new("MaxUnpool", random =>
        {
            OptionRow row = random.Row(space);
            int axes = row.Get(spatial);
            long[] kernel = [.. Enumerable.Range(0, axes).Select(_ => (long)random.Int(2, 3))], step = [.. kernel.Select(_ => row.Get(strides) ? (long)random.Int(1, 3) : 1)];
            long[] pad = [.. kernel.Concat(kernel).Select(_ => row.Get(pads) ? (long)random.Int(0, 1) : 0)];
            long[] outer = [random.Int(1, 2), random.Int(1, 3)], from = [.. outer, .. kernel.Select(_ => (long)random.Int(2, 4))];
            long[] to = [.. outer, .. kernel.Select((k, i) => ((from[2 + i] - 1) * step[i]) + k - pad[i] - pad[axes + i])];

            // Positions are distinct and lie within the smallest output.
            long[] order = random.Permutation((int)TensorShape.Count(to));
            long count = TensorShape.Count(from);
            long[] places = order.Length >= count ? order[..(int)count] : [.. Enumerable.Range(0, (int)count).Select(i => (long)i % order.Length)];
            OperatorBuilder builder = new OperatorBuilder(random, "MaxUnpool", row.Get(version)).Attr("kernel_shape", kernel);
            _ = row.Get(strides) ? builder.Attr("strides", step) : builder;
            _ = row.Get(pads) ? builder.Attr("pads", pad) : builder;
            TensorValue values = order.Length >= count ? random.Tensor(ElementType.Float32, from) : TensorValue.Copy([.. Enumerable.Repeat(1.5f, (int)count)], from);
            builder.In(values, false).In(TensorValue.Copy(places, from), false);
            return (row.Get(output) ? builder.In(CaseRandom.Ints([.. outer, .. to[2..]])) : builder).Out(ElementType.Float32);
        });
    }

    private static OperatorCases Determinant() => new("Det", static random =>
    {
        long size = random.Int(1, 5);
        return new OperatorBuilder(random, "Det", random.Pick(11L, 22L)).In(random.Tensor(ElementType.Float32, [.. random.FullShape(0, 2), size, size]), false).Out(ElementType.Float32).Tolerance(1e-3, 1e-3);
    });

    private static long[] Sizes(CaseRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => (long)random.Int(1, 6))];

    private static TensorValue Numbers(CaseRandom random, ElementType type, long[] shape, float reach)
    {
        TensorValue single = random.Floats(shape, -reach, reach);
        return type == ElementType.Float32 ? single : TensorValue.Copy(Array.ConvertAll(single.AsSpan<float>().ToArray(), static x => (double)x), shape);
    }
}
