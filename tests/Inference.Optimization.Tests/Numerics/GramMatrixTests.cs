using Inference.Optimization.Numerics;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Numerics;

public class GramMatrixTests
{
    // Counts that do not fill a group of samples, widths that do not fill a vector.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(9, 5)]
    [InlineData(50, 13)]
    public void Add_OneVector_EqualsTheSumOfProducts(int count, int width)
    {
        float[] samples = Lab.Normal(count * width, 3);
        samples[0] = 0;
        var gram = new GramMatrix(width, width);
        gram.Add(samples.AsSpan(0, count / 2 * width));
        gram.Add(samples.AsSpan(count / 2 * width));

        Assert.Equal(count, gram.Count);
        for (int i = 0; i < width; i++)
        {
            Assert.Equal(Sum(count, s => samples[(s * width) + i]) / count, gram.LeftMean(i), 12);
            for (int j = 0; j < width; j++)
            {
                Assert.Equal(Sum(count, s => (double)samples[(s * width) + i] * samples[(s * width) + j]), gram[i, j], 10);
            }
        }
    }

    [Theory]
    [InlineData(6, 3, 9)]
    [InlineData(17, 5, 2)]
    public void Add_TwoVectors_EqualsTheSumOfProducts(int count, int rows, int columns)
    {
        float[] left = Lab.Normal(count * rows, 3), right = Lab.Normal(count * columns, 4);
        var gram = new GramMatrix(rows, columns);
        gram.Add(left, right);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Assert.Equal(Sum(count, s => (double)left[(s * rows) + i] * right[(s * columns) + j]), gram[i, j], 10);
            }
        }
    }

    [Fact]
    public void Samples_ChannelsAtAxisOne_TakesEveryStepThPosition()
    {
        // [2,3,2]: value = 100 · row + 10 · channel + position.
        using TensorValue value = TensorValue.Copy<float>([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121], [2, 3, 2]);
        Assert.Equal([0, 10, 20, 1, 11, 21, 100, 110, 120, 101, 111, 121], GramMatrix.Samples(value, channelsLast: false));
        Assert.Equal([0, 10, 20, 101, 111, 121], GramMatrix.Samples(value, channelsLast: false, step: 3));
        Assert.Equal([0, 1, 100, 101], GramMatrix.Samples(value, channelsLast: true, step: 3));
    }

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);
}
