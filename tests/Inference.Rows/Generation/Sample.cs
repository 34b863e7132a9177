namespace Inference.Rows.Generation;

/// <summary>A value of a random model, with what it is for each of the numbers of rows that are tried: its shape, and of sizes their elements.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Shapes">Its shape for each number of rows.</param>
/// <param name="Numbers">Its elements for each number of rows; null for tensors of floats.</param>
public sealed record Sample(string Name, long[][] Shapes, long[][]? Numbers = null)
{
    /// <summary>The numbers of rows that are tried.</summary>
    public static readonly int[] RowCounts = [1, 2, 3, 5];

    /// <summary>The rank, the same for every number of rows.</summary>
    public int Rank => Shapes[0].Length;

    /// <summary>Whether it is small enough to be made larger.</summary>
    public bool IsSmall => Array.TrueForAll(Shapes, s => Product(s) <= 600);

    /// <summary>Sizes: rank 0 where <paramref name="scalar"/>, else 1.</summary>
    public static Sample Sizes(string name, long[][] numbers, bool scalar) => new(name, Array.ConvertAll(numbers, n => scalar ? Array.Empty<long>() : [n.Length]), numbers);

    /// <summary>The number of elements of a shape.</summary>
    public static long Product(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);

    /// <summary>Something for each number of rows; null where one is null.</summary>
    public static T[]? Each<T>(Func<int, T?> make)
        where T : class
    {
        var result = new T[RowCounts.Length];
        for (int i = 0; i < result.Length; i++)
        {
            if (make(i) is not { } one)
            {
                return null;
            }

            result[i] = one;
        }

        return result;
    }
}
