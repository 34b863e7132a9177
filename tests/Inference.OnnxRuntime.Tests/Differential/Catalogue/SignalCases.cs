namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Transforms of signals, windows and filter banks.</summary>
internal static class SignalCases
{
    public static IEnumerable<OperatorCases> All =>
        [Fourier(), ShortTime(whole: false), .. new[] { "BlackmanWindow", "HammingWindow", "HannWindow" }.Select(Window), MelWeightMatrix()];

    private static OperatorCases Fourier()
    {
        var space = new OptionSpace("DFT");
        Option<long> version = space.Add("version", 17L, 20L);
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<bool> complex = space.Add("complex", false, true);
        Option<bool> inverse = space.Add("inverse", false, true);
        Option<bool> half = space.Add("onesided", false, true);
        Option<string> length = space.Add("dft_length", "none", "same", "longer", "shorter");
        Option<string> axis = space.Add("axis", "none", "front", "back");
        Option<bool> power = space.Add("power of two", false, true);

        // Of one-sided spectra there are those of real signals.
        space.Forbid(complex, static c => c, half, static h => h);
        space.Forbid(inverse, static i => i, half, static h => h);
        return new("DFT", random =>
        {
            OptionRow row = random.Row(space);
            long[] shape = [.. Enumerable.Range(0, random.Int(2, 3)).Select(_ => (long)random.Int(1, 6))];
            int rank = shape.Length + 1;

            // The axis left out is 1 at version 17 and the last but one from 20 on.
            int at = row.Get(axis) == "none" ? row.Get(version) == 17 ? 1 : rank - 2 : random.Int(0, rank - 2);
            shape[at] = row.Get(power) ? random.Pick(1L, 2L, 4L, 8L, 16L) : random.Pick(3L, 5L, 6L, 7L, 12L);
            long count = row.Get(length) switch { "longer" => shape[at] + random.Int(1, 5), "shorter" => Math.Max(1, shape[at] - random.Int(1, 3)), _ => shape[at] };
            OperatorBuilder builder = new OperatorBuilder(random, "DFT", row.Get(version)).Attr("inverse", row.Get(inverse) ? 1L : 0).Attr("onesided", row.Get(half) ? 1L : 0)
                .In(random.Tensor(row.Get(type), [.. shape, row.Get(complex) ? 2 : 1]), false);
            _ = row.Get(length) == "none" ? builder.Skip() : builder.In(CaseRandom.Scalar(count));
            long written = row.Get(axis) == "back" ? at - rank : at;
            _ = row.Get(axis) == "none" ? builder : row.Get(version) == 17 ? builder.Attr("axis", written) : builder.In(CaseRandom.Scalar(written));
            return builder.Out(row.Get(type)).Tolerance(1e-4, 1e-4);
        });
    }

    /// <param name="whole">Whether to draw also what ONNX Runtime does otherwise (docs/differences.md).</param>
    internal static OperatorCases ShortTime(bool whole)
    {
        var space = new OptionSpace("STFT");
        Option<ElementType> type = space.Add("type", ElementType.Float32, ElementType.Float64);
        Option<bool> half = space.Add("onesided", false, true);
        Option<string> frame = space.Add("frame", "window", "length", "both");
        Option<bool> power = space.Add("power of two", false, true);
        Option<bool> flat = space.Add("flat", false, true);

        // Of complex signals, ONNX Runtime reads beside the frames (docs/differences.md).
        Option<bool> complex = space.Add("complex", (bool[])(whole ? [false, true] : [false]));
        space.Forbid(complex, static c => c, half, static h => h);
        space.Forbid(complex, static c => c, flat, static f => f);
        return new("STFT", random =>
        {
            OptionRow row = random.Row(space);
            long size = row.Get(power) ? random.Pick(2L, 4L, 8L) : random.Pick(3L, 5L, 6L, 7L), length = size + random.Int(0, 20), batch = random.Int(1, 3);
            OperatorBuilder builder = new OperatorBuilder(random, "STFT", 17).Attr("onesided", row.Get(half) ? 1L : 0)
                .In(random.Tensor(row.Get(type), row.Get(flat) ? [batch, length] : [batch, length, row.Get(complex) ? 2 : 1]), false).In(CaseRandom.Scalar((long)random.Int(1, 5)));
            _ = row.Get(frame) == "length" ? builder.Skip() : builder.In(random.Tensor(row.Get(type), [size]));
            return (row.Get(frame) == "window" ? builder : builder.In(CaseRandom.Scalar(size))).Out(row.Get(type)).Tolerance(1e-4, 1e-4);
        });
    }

    private static OperatorCases Window(string op)
    {
        var space = new OptionSpace(op);
        Option<ElementType> size = space.Add("size", ElementType.Int32, ElementType.Int64);
        Option<long> periodic = space.Add("periodic", -1L, 0L, 1L);
        Option<ElementType> type = space.Add("output_datatype", ElementType.Undefined, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64, ElementType.Float16, ElementType.UInt8);
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            int count = random.Int(2, 20);
            OperatorBuilder builder = new OperatorBuilder(random, op).In(row.Get(size) == ElementType.Int32 ? CaseRandom.Scalar(count) : CaseRandom.Scalar((long)count), false);
            _ = row.Get(periodic) >= 0 ? builder.Attr("periodic", row.Get(periodic)) : builder;
            _ = row.Get(type) == ElementType.Undefined ? builder : builder.Attr("output_datatype", (long)row.Get(type));
            return builder.Out(row.Get(type) == ElementType.Undefined ? ElementType.Float32 : row.Get(type)).Tolerance(1e-5, 1e-6);
        });
    }

    private static OperatorCases MelWeightMatrix()
    {
        var space = new OptionSpace("MelWeightMatrix");
        Option<ElementType> size = space.Add("size", ElementType.Int32, ElementType.Int64);
        Option<ElementType> edge = space.Add("edge", ElementType.Float32, ElementType.Float64);
        Option<ElementType> type = space.Add("output_datatype", ElementType.Undefined, ElementType.Float32, ElementType.Float64, ElementType.Int32, ElementType.Int64);
        Option<bool> low = space.Add("low", false, true);
        return new("MelWeightMatrix", random =>
        {
            OptionRow row = random.Row(space);
            long rate = random.Pick(8000, 16000, 22050);
            OperatorBuilder builder = new(random, "MelWeightMatrix");
            foreach (long value in (long[])[random.Int(1, 9), random.Pick(8, 16, 32, 50), rate])
            {
                builder.In(row.Get(size) == ElementType.Int32 ? CaseRandom.Scalar((int)value) : CaseRandom.Scalar(value), builder.Random.Chance(0.3));
            }

            float lower = row.Get(low) ? 0 : random.Int(20, 300);
            foreach (float value in (float[])[lower, random.Int((int)lower + 500, (int)rate / 2)])
            {
                builder.In(row.Get(edge) == ElementType.Float32 ? CaseRandom.Scalar(value) : CaseRandom.Scalar((double)value), false);
            }

            return (row.Get(type) == ElementType.Undefined ? builder : builder.Attr("output_datatype", (long)row.Get(type)))
                .Out(row.Get(type) == ElementType.Undefined ? ElementType.Float32 : row.Get(type)).Tolerance(1e-5, 1e-5);
        });
    }
}
