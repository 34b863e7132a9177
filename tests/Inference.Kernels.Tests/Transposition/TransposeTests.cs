using Inference.Kernels.Transposition;

namespace Inference.Kernels.Tests.Transposition;

public sealed unsafe class TransposeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Run2D_AwkwardSizes_EqualsFormula(int size)
    {
        foreach (int rows in (int[])[0, 1, 3, 4, 8, 15, 16, 17, 70])
        {
            foreach (int columns in (int[])[1, 3, 4, 8, 15, 16, 33])
            {
                using NativeArray<byte> x = Fill.Bytes(rows * columns * size, rows + columns);
                using var y = new NativeArray<byte>(rows * columns * size);
                Transpose.Run2D(x.Pointer, y.Pointer, rows, columns, size);
                for (int i = 0; i < rows * columns * size; i++)
                {
                    int r = i / size / columns;
                    int c = i / size % columns;
                    Assert.Equal(x[i], y[(((c * rows) + r) * size) + (i % size)]);
                }

                y.AssertIntact();
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Run_AllPermutationsOfFourAxes_EqualsFormula(int size)
    {
        long[] shape = [3, 5, 4, 18];
        foreach (int[] permutation in Permutations([0, 1, 2, 3]))
        {
            Check(shape, permutation, size);
        }

        Check([2, 1, 3, 1, 4, 5], [5, 1, 0, 3, 2, 4], size);
        Check([], [], size);
        Check([7], [0], size);
        Check([0, 3], [1, 0], size);
    }

    [Fact]
    public void Run_WrongRank_ErrorSaysWhat()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Transpose.Run(null, null, [2L, 3L], [0], 4));
        Assert.StartsWith("Expected a permutation of at most 16 axes", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int[]> Permutations(int[] items)
    {
        if (items.Length == 1)
        {
            return [items];
        }

        return items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));
    }

    private static void Check(long[] shape, int[] permutation, int size)
    {
        int total = (int)shape.Aggregate(1L, (a, b) => a * b);
        using NativeArray<byte> x = Fill.Bytes(total * size, 5);
        using var y = new NativeArray<byte>(total * size);
        Transpose.Run(x.Pointer, y.Pointer, shape, permutation, size, 2);
        for (int i = 0; i < total; i++)
        {
            int rest = i;
            int from = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                int source = permutation[axis];
                int stride = (int)shape.Skip(source + 1).Aggregate(1L, (a, b) => a * b);
                from += rest % (int)shape[source] * stride;
                rest /= (int)shape[source];
            }

            for (int b = 0; b < size; b++)
            {
                Assert.Equal(x[(from * size) + b], y[(i * size) + b]);
            }
        }

        y.AssertIntact();
    }
}
