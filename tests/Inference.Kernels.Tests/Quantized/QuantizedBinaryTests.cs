using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class QuantizedBinaryTests
{
    [Theory]
    [InlineData(IsaTier.Avx512)]
    [InlineData(IsaTier.Avx2)]
    [InlineData(IsaTier.Scalar)]
    public void Run_FormsAndSizes_EqualsFormula(IsaTier limit)
    {
        int seed = 0;
        foreach (int n in (int[])[0, 1, 7, 8, 9, 15, 16, 17, 33, 100])
        {
            foreach (bool signed in (bool[])[false, true])
            {
                foreach (bool multiply in (bool[])[false, true])
                {
                    foreach (bool shifted in (bool[])[false, true])
                    {
                        Check(n, signed, multiply, shifted, limit, seed++);
                    }
                }
            }
        }
    }

    private static void Check(int n, bool signed, bool multiply, bool shifted, IsaTier limit, int seed)
    {
        using NativeArray<byte> a = Fill.Bytes(n, seed);
        using NativeArray<byte> b = Fill.Bytes(n, seed + 1);
        using var y = new NativeArray<byte>(n);
        var formA = new QuantizedForm(0.02f, signed ? -3 : 120, signed);
        var formB = new QuantizedForm(0.031f, signed ? 9 : 7, signed);
        var formY = new QuantizedForm(0.04f, signed ? 4 : 131, signed);
        bool clip = seed % 3 == 0;
        int low = clip ? formY.ZeroPoint : -128;
        QuantizedBinary.Run(a.Pointer, in formA, b.Pointer, in formB, y.Pointer, in formY, n, multiply, shifted, low, 255, limit);
        for (int i = 0; i < n; i++)
        {
            float p = Value(a[i], formA);
            float q = Value(b[i], formB);
            float v = (multiply ? p * q : p + q) / formY.Scale;
            int rounded = shifted ? (int)MathF.Round(v + formY.ZeroPoint) : (int)MathF.Round(v) + formY.ZeroPoint;
            int want = Math.Clamp(rounded, Math.Max(low, signed ? -128 : 0), signed ? 127 : 255);
            Assert.Equal(want, signed ? (sbyte)y[i] : y[i]);
        }

        y.AssertIntact();
    }

    private static float Value(byte x, QuantizedForm form) => ((form.Signed ? (sbyte)x : x) - form.ZeroPoint) * form.Scale;
}
