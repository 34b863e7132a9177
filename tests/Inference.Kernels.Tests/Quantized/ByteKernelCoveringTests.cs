using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Quantized;

[Covers(typeof(ByteTable), "byte_table")]
[Covers(typeof(LinearQuantization), "quantize_linear", "dequantize_linear", "dequantize_s32", "range_f32")]
[Covers(typeof(QuantizedBinary), "quantized_binary")]
public sealed unsafe class ByteKernelCoveringTests(ITestOutputHelper output)
{
    private static readonly int[] Counts = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000];

    [Fact]
    public void Table_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("byte_table");
        Option<int> count = space.Add("count", Counts);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1, 3);
        space.Run(output, seed =>
        {
            int n = count.Value;
            using NativeArray<byte> table = Fill.Bytes(256, seed);
            using NativeArray<byte> x = Fill.Bytes(n, seed + 1, offset.Value);
            using var other = new NativeArray<byte>(n, offset.Value);
            byte[] old = x.Span.ToArray();
            NativeArray<byte> y = inPlace.Value ? x : other;
            ByteTable.Run(x.Pointer, y.Pointer, n, table.Pointer, limit.Value);
            Assert.Equal(old.Select(v => table[v]), y.Span.ToArray());
            y.AssertIntact();
        });
    }

    [Fact]
    public void Quantize_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("quantize_linear", 3);
        Option<int> count = space.Add("count", Counts);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<float> scales = space.Add("scale", 0.01f, 1f / 3, 1f, 1e-25f, 1e25f, 7e-41f, -0.02f);
        Option<string> zeroPoint = space.Add("zero point", "lowest", "0", "middle", "highest");
        Option<bool> isSigned = space.Add("signed", Choices.Either);
        Option<bool> special = space.Add("NaN and infinities", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int n, float scale, bool signed) = (count.Value, scales.Value, isSigned.Value);
            int low = signed ? -128 : 0;
            int high = low + 255;
            int zero = zeroPoint.Value switch { "lowest" => low, "0" => 0, "middle" => low + 120, _ => high };
            using NativeArray<float> x = Fill.Floats(n, seed, -300f, 300f, offset.Value);
            using var y = new NativeArray<byte>(n, offset.Value);
            using var back = new NativeArray<float>(n, offset.Value);
            bool odd = special.Value;
            for (int i = 0; i < n; i++)
            {
                // Whole steps and halves too.
                x.Span[i] = odd && i % 6 == 1 ? float.NaN : odd && i % 6 == 2 ? float.PositiveInfinity
                    : odd && i % 6 == 3 ? float.NegativeInfinity : i % 3 == 0 ? MathF.Round(x[i]) / 2 * scale : x[i] * scale;
            }

            LinearQuantization.Quantize(x.Pointer, y.Pointer, n, scale, zero, signed, limit.Value);
            LinearQuantization.Dequantize(y.Pointer, back.Pointer, n, scale, zero, signed, limit.Value);
            for (int i = 0; i < n; i++)
            {
                float v = x[i] / scale;
                int want = float.IsNaN(v) ? low : (int)MathF.Round(Math.Clamp(v, low - zero, high - zero)) + zero;
                int got = signed ? (sbyte)y[i] : y[i];
                Assert.True(want == got, $"{x[i]:R} by {scale}: expected {want}, got {got}");
                Assert.Equal((got - zero) * scale, back[i]);
            }

            y.AssertIntact();
            back.AssertIntact();
        });
    }

    [Fact]
    public void DequantizeInt32_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("dequantize s32");
        Option<int> count = space.Add("count", Counts);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<float> scale = space.Add("scale", 0.01f, -3f, 1e-30f);
        Option<int> zero = space.Add("zero point", 0, -7, int.MinValue);
        Option<bool> inPlace = space.Add("in place", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            int n = count.Value;
            using NativeArray<byte> x = Fill.Bytes(4 * n, seed, 4 * offset.Value);
            using var other = new NativeArray<float>(n, offset.Value);
            int[] old = new ReadOnlySpan<int>(x.Pointer, n).ToArray();
            float* y = inPlace.Value ? (float*)x.Pointer : other.Pointer;
            LinearQuantization.Dequantize((int*)x.Pointer, y, n, scale.Value, zero.Value, limit.Value);
            for (int i = 0; i < n; i++)
            {
                Assert.Equal(unchecked(old[i] - zero.Value) * scale.Value, y[i]);
            }

            x.AssertIntact();
            other.AssertIntact();
        });
    }

    [Fact]
    public void QuantizeDynamic_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("quantize dynamic", 3);
        Option<int> count = space.Add("count", Counts);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<(float Low, float High)> range = space.Add("range", (-3f, 5f), (1f, 4f), (-4f, -1f), (0f, 0f), (-1e-40f, 1e-40f), (-1e30f, 3e30f));
        Option<string> special = space.Add("special", "none", "NaN first", "NaN last", "infinity");
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            int n = count.Value;
            using NativeArray<float> x = Fill.Floats(n, seed, range.Value.Low, range.Value.High, offset.Value);
            using var y = new NativeArray<byte>(n, offset.Value);
            if (special.Value != "none" && n > 0)
            {
                x.Span[special.Value == "NaN last" ? n - 1 : 0] = special.Value == "infinity" ? float.PositiveInfinity : float.NaN;
            }

            LinearQuantization.ChooseParameters(x.Pointer, n, out float scale, out byte zero, limit.Value);
            LinearQuantization.Quantize(x.Pointer, y.Pointer, n, scale, zero, false, limit.Value);
            if (limit.Value == IsaTier.Avx512)
            {
                byte[] parts = y.Span.ToArray();
                LinearQuantization.QuantizeDynamic(x.Pointer, y.Pointer, n, out float scaleOfBoth, out byte zeroOfBoth);
                Assert.Equal((scale, zero), (scaleOfBoth, zeroOfBoth));
                Assert.Equal(parts, y.Span.ToArray());
            }

            float low = 0f;
            float high = 0f;
            for (int i = 0; i < n; i++)
            {
                low = Math.Min(low, x[i]);
                high = Math.Max(high, x[i]);
            }

            float wantScale = high == low ? 1f : (high - low) / 255f;
            float point = Math.Clamp(0f - (low / wantScale), 0f, 255f);
            byte wantZero = float.IsNaN(point) ? (byte)0 : (byte)MathF.Round(point);
            Assert.Equal(wantScale, scale);
            Assert.Equal(wantZero, zero);
            for (int i = 0; i < n; i++)
            {
                float v = x[i] / scale;
                Assert.Equal(float.IsNaN(v) ? 0 : (int)MathF.Round(Math.Clamp(v, 0 - zero, 255 - zero)) + zero, y[i]);
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Binary_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("quantized_binary", 3);
        Option<int> count = space.Add("count", Counts);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<bool> signedA = space.Add("signed A", Choices.Either);
        Option<bool> signedB = space.Add("signed B", Choices.Either);
        Option<bool> signedY = space.Add("signed Y", Choices.Either);
        Option<bool> multiply = space.Add("multiply", Choices.Either);
        Option<bool> shifted = space.Add("shifted", Choices.Either);
        Option<float> scaleY = space.Add("scale of Y", 0.04f, 0.001f, 3f);
        Option<string> zeroY = space.Add("zero of Y", "lowest", "middle", "highest");
        Option<bool> clip = space.Add("clip", Choices.Either);
        Option<string> alias = space.Add("result", "apart", "A", "B");
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            int n = count.Value;
            using NativeArray<byte> a = Fill.Bytes(n, seed, offset.Value);
            using NativeArray<byte> b = Fill.Bytes(n, seed + 1);
            using var other = new NativeArray<byte>(n);
            int bottom = signedY.Value ? -128 : 0;
            var formA = new QuantizedForm(0.02f, signedA.Value ? -3 : 120, signedA.Value);
            var formB = new QuantizedForm(0.031f, signedB.Value ? 9 : 7, signedB.Value);
            var formY = new QuantizedForm(scaleY.Value, bottom + (zeroY.Value == "lowest" ? 0 : zeroY.Value == "middle" ? 131 : 255), signedY.Value);
            int low = clip.Value ? bottom + 40 : -128;
            int high = clip.Value ? bottom + 210 : 255;
            float[] p = [.. a.Span.ToArray().Select(v => Value(v, formA))];
            float[] q = [.. b.Span.ToArray().Select(v => Value(v, formB))];
            NativeArray<byte> y = alias.Value switch { "A" => a, "B" => b, _ => other };
            QuantizedBinary.Run(a.Pointer, in formA, b.Pointer, in formB, y.Pointer, in formY, n, multiply.Value, shifted.Value, low, high, limit.Value);
            for (int i = 0; i < n; i++)
            {
                float v = (multiply.Value ? p[i] * q[i] : p[i] + q[i]) / formY.Scale;
                float rounded = shifted.Value ? MathF.Round(v + formY.ZeroPoint) : MathF.Round(v) + formY.ZeroPoint;
                int want = (int)Math.Clamp(rounded, Math.Max(low, bottom), Math.Min(high, bottom + 255));
                Assert.Equal(want, signedY.Value ? (sbyte)y[i] : y[i]);
            }

            y.AssertIntact();
        });
    }

    private static float Value(byte x, QuantizedForm form) => ((form.Signed ? (sbyte)x : x) - form.ZeroPoint) * form.Scale;
}
