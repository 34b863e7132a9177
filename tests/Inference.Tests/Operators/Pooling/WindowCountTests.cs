using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Pooling;

/// <summary>Numbers of windows are the specification's, rounded down (up with ceil_mode) also where the first window is larger than the axis with its pads.</summary>
public sealed class WindowCountTests
{
    private static readonly Random s_random = new(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MaxPool_EverySmallWindow_HasTheSpecifiedCountAndValues(bool ceil)
    {
        for (int size = 1; size <= 4; size++)
        {
            for (int kernel = 1; kernel <= 5; kernel++)
            {
                for (int stride = 1; stride <= 4; stride++)
                {
                    for (int pads = 0; pads <= Math.Min(2, kernel - 1); pads++)
                    {
                        Check(size, kernel, stride, dilation: 1 + (kernel & 1), pads / 2, pads - (pads / 2), ceil);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("AveragePool")]
    [InlineData("LpPool")]
    public void Pool_WindowLargerThanTheImage_HasNoWindowUnlessRoundedUp(string op)
    {
        Tensor x = T([1f, 2, 3, 4, 5], 1, 1, 1, 5);
        (string, object)[] window = [("kernel_shape", new[] { 2L, 2 }), ("strides", new[] { 2L, 2 })];
        Assert.Equal([1, 1, 0, 2], Run(op, [x], window).Dims.ToArray());
        Assert.Equal([1, 1, 1, 3], Run(op, [x], [.. window, ("ceil_mode", 1L)]).Dims.ToArray());
    }

    [Fact]
    public void MaxPool_IndicesOfAWindowThatDoesNotFit_AreEmpty()
    {
        EngineValue?[] results = RunAll(
            "MaxPool", [T(new float[25], 5, 1, 1, 5)], [("kernel_shape", new[] { 2L, 2 }), ("strides", new[] { 2L, 2 }), ("storage_order", 1L)], outputs: 2);
        Assert.Equal([5, 1, 0, 2], ((Tensor)results[0]!).Dims.ToArray());
        Assert.Equal([5, 1, 0, 2], ((Tensor)results[1]!).Dims.ToArray());
    }

    [Fact]
    public void AveragePool_RoundedUpWindow_CountsWhatIsInside() => Near(
        [1.5f, 3.5f, 5f], [1, 1, 1, 3], Run("AveragePool", [T([1f, 2, 3, 4, 5], 1, 1, 1, 5)], ("kernel_shape", new[] { 2L, 2 }), ("strides", new[] { 2L, 2 }), ("ceil_mode", 1L)));

    [Fact]
    public void Conv_KernelLargerThanTheImage_GivesNothing() =>
        Assert.Equal([1, 1, 0], Run("Conv", [T(new float[2], 1, 1, 2), T(new float[3], 1, 1, 3)], ("strides", new[] { 2L })).Dims.ToArray());

    [Fact]
    public void ConvTranspose_PadsBeyondTheOutput_GiveNothing() =>
        Assert.Equal([1, 1, 0], Run("ConvTranspose", [T(new float[1], 1, 1, 1), T(new float[2], 1, 1, 2)], ("pads", new[] { 2L, 2 })).Dims.ToArray());

    [Fact]
    public void Col2Im_BlockLargerThanTheImage_HasNoColumns() =>
        Assert.Equal([0f, 0, 0, 0], Run("Col2Im", [T(Array.Empty<float>(), 1, 9, 0), T<long>([2, 2]), T<long>([3, 3])], ("strides", new[] { 2L, 2 })).Span<float>().ToArray());

    private static void Check(int size, int kernel, int stride, int dilation, int before, int after, bool ceil)
    {
        double room = ((double)size + before + after - ((kernel - 1) * dilation) - 1) / stride;
        int windows = Math.Max(0, (int)(ceil ? Math.Ceiling(room) : Math.Floor(room)) + 1);
        windows -= ceil && windows > 0 && (windows - 1) * stride >= size + before ? 1 : 0;
        float[] x = [.. Enumerable.Range(0, size).Select(_ => (float)s_random.Next(-9, 10))];
        var y = new float[windows];
        for (int o = 0; o < windows; o++)
        {
            y[o] = float.MinValue;
            for (int k = 0; k < kernel; k++)
            {
                int at = (o * stride) - before + (k * dilation);
                y[o] = at >= 0 && at < size ? Math.Max(y[o], x[at]) : y[o];
            }
        }

        if (y.Contains(float.MinValue))
        {
            // Of a window that lies in its pads alone the specification says nothing.
            return;
        }

        Near(
            y, [1, 1, windows],
            Run("MaxPool", [T(x, 1, 1, size)], ("kernel_shape", new[] { (long)kernel }), ("strides", new[] { (long)stride }), ("dilations", new[] { (long)dilation }),
                ("pads", new[] { (long)before, after }), ("ceil_mode", ceil ? 1L : 0L)));
    }
}
