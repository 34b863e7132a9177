using Inference.Kernels.Normalization;

namespace Inference.Kernels.Tests.Normalization;

/// <summary>A row gives the same bits alone, in a job of many rows and on any number of threads.</summary>
public sealed unsafe class SoftmaxRowTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(33)]
    public void Row_DoesNotDependOnItsNeighbours(int columns)
    {
        int rows = (40_000 / columns) + 5;
        var random = new Random(columns);
        float[] x = [.. Enumerable.Range(0, rows * columns).Select(_ => (random.NextSingle() * 12) - 6)];
        float[] one = new float[x.Length];
        float[] three = new float[x.Length];
        float[] alone = new float[x.Length];
        fixed (float* from = x, a = one, b = three, c = alone)
        {
            Softmax.Run(from, a, rows, columns);
            Softmax.Run(from, b, rows, columns, maxThreads: 3);
            for (int r = 0; r < rows; r++)
            {
                Softmax.Run(from + (r * columns), c + (r * columns), 1, columns);
            }
        }

        Assert.Equal(one, three);
        Assert.Equal(one, alone);
    }
}
