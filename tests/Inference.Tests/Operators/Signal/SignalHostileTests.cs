using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Signal;

/// <summary>Lengths, steps and edges from data are bounded before they are used.</summary>
public sealed class SignalHostileTests
{
    [Theory]
    [InlineData(0L)]
    [InlineData(-7L)]
    [InlineData(1L << 40)]
    public void Dft_LengthOutOfRange_IsRefused(long length) =>
        Refused("dft_length: expected a number in [1, 134217728]", "DFT", [T(new float[4], 1, 4, 1), S(length)], [("onesided", 1L)]);

    [Fact]
    public void Dft_AxisWithoutElements_IsRefused() => Refused("expected a transform of 1 to", "DFT", [T(Array.Empty<float>(), 1, 0, 1)], [("onesided", 1L)]);

    [Theory]
    [InlineData(0L, 4L)]
    [InlineData(-1L, 4L)]
    [InlineData(1L, 9L)]
    [InlineData(1L, 0L)]
    [InlineData(1L, -4L)]
    [InlineData(1L, 1L << 40)]
    public void Stft_FramesThatDoNotFit_AreRefused(long step, long length) => Refused("expected", "STFT", [T(new float[8], 1, 8, 1), S(step), null, S(length)], [], opset: 17);

    [Fact]
    public void Stft_WindowOfAnotherLength_IsRefused() => Refused("frame_length: expected the window's length", "STFT", [T(new float[8], 1, 8, 1), S(1L), T(new float[3]), S(4L)], [], opset: 17);

    [Theory]
    [InlineData(0f, 1e30f)]
    [InlineData(0f, float.NaN)]
    [InlineData(-1f, 4000f)]
    [InlineData(0f, 8192f)]
    public void MelWeightMatrix_EdgesOutsideTheSpectrum_AreRefused(float low, float high) =>
        Refused("expected an edge from 0 to half of the sample rate 8192", "MelWeightMatrix", [S(4L), S(16L), S(8192L), S(low), S(high)], []);

    [Theory]
    [InlineData("HannWindow", 33L)]
    [InlineData("HannWindow", 8L)]
    [InlineData("BlackmanWindow", (1L << 32) + 1)]
    [InlineData("HammingWindow", -1L)]
    public void Window_TypesThatDoNotExist_AreRefused(string op, long type) => Refused("attribute 'output_datatype': expected the number of a numeric type", op, [S(4L)], [("output_datatype", type)]);

    [Fact]
    public void MelWeightMatrix_TypeThatDoesNotExist_IsRefused() =>
        Refused("attribute 'output_datatype'", "MelWeightMatrix", [S(4L), S(16L), S(8192L), S(0f), S(4096f)], [("output_datatype", 33L)]);
}
