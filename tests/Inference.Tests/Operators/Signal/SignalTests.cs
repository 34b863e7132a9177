using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Signal;

public sealed class SignalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(64)]
    [InlineData(97)]
    public void Dft_EqualsTheSum_ForAnyLength(int length)
    {
        var random = new Random(length);
        var x = new double[length * 2];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = random.NextDouble() - 0.5;
        }

        double[] y = Run("DFT", [T(x, 1, length, 2), null, S(1L)]).Span<double>().ToArray();
        for (int k = 0; k < length; k++)
        {
            System.Numerics.Complex sum = 0;
            for (int n = 0; n < length; n++)
            {
                sum += new System.Numerics.Complex(x[2 * n], x[(2 * n) + 1]) * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * n % length) / length);
            }

            Assert.Equal(sum.Real, y[2 * k], 10);
            Assert.Equal(sum.Imaginary, y[(2 * k) + 1], 10);
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    public void Dft_OneSided_AndItsInverse_GiveTheSignalBack(long length)
    {
        var x = new float[length];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (i * i) - 3;
        }

        Tensor bins = Run("DFT", [T(x, 1, length, 1), null, S(1L)], ("onesided", 1L));
        Assert.Equal([1, (length / 2) + 1, 2], bins.Dims.ToArray());
        Near(x, [1, length, 1], Run("DFT", [bins, null, S(1L)], ("onesided", 1L), ("inverse", 1L)));
    }

    [Fact]
    public void Stft_TransformsWindowedFrames()
    {
        Tensor y = Run("STFT", [T([1f, 2, 3, 4, 5, 6], 1, 6, 1), S(2L), T([1f, 0.5f, 1f, 0.5f])], ("onesided", 1L));
        Assert.Equal([1L, 2, 3, 2], y.Dims.ToArray());
        Near([7f, 0], [2], T(y.Span<float>()[..2].ToArray()));
    }

    [Fact]
    public void Windows_FollowTheirFormulas()
    {
        Near([0f, 0.5f, 1, 0.5f], [4], Run("HannWindow", [S(4)]));
        Near([0f, 0.75f, 0.75f, 0], [4], Run("HannWindow", [S(4)], ("periodic", 0L)));
        Near([4 / 46f, 25 / 46f, 1, 25 / 46f], [4], Run("HammingWindow", [S(4L)]));
        Near([0f, 0.34f, 1, 0.34f], [4], Run("BlackmanWindow", [S(4)]));
        Assert.Throws<ModelLoadException>(() => Run("HannWindow", [S(-1)]));
    }
}
