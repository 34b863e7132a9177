using System.Numerics;
using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

public sealed class ComparisonTests
{
    private const int Length = 70;

    [Theory]
    [InlineData("Equal")]
    [InlineData("Greater")]
    [InlineData("GreaterOrEqual")]
    [InlineData("Less")]
    [InlineData("LessOrEqual")]
    public void Run_LongRunsOfEveryWidth_EqualTheRelation(string relation)
    {
        Check<byte>(relation);
        Check<sbyte>(relation);
        Check<short>(relation);
        Check<int>(relation);
        Check<uint>(relation);
        Check<long>(relation);
        Check<ulong>(relation);
        Check<float>(relation);
        Check<double>(relation);
    }

    [Fact]
    public void Run_NotANumber_IsFalse()
    {
        float[] a = new float[Length];
        a.AsSpan().Fill(float.NaN);
        Same(new bool[Length], [Length], Run("Equal", [T(a), T(a)]));
        Same(new bool[Length], [Length], Run("LessOrEqual", [T(a), T(new float[Length])]));
    }

    // Two rows against one value each, against one row, and against two rows.
    private static void Check<TElement>(string relation)
        where TElement : unmanaged, INumber<TElement>, IMinMaxValue<TElement>
    {
        TElement[] a = [.. Enumerable.Range(0, 2 * Length).Select(i => i % 7 == 0 ? TElement.MaxValue : i % 11 == 0 ? TElement.MinValue : TElement.CreateTruncating(i % 5))];
        foreach ((int rows, int columns) in ((int, int)[])[(2, 1), (1, Length), (2, Length)])
        {
            TElement[] b = [.. Enumerable.Range(0, rows * columns).Select(i => i % 7 == 0 ? TElement.MaxValue : TElement.CreateTruncating(i % 3))];
            bool[] expected = [.. Enumerable.Range(0, 2 * Length).Select(i => Holds(relation, a[i], b[(rows == 1 ? 0 : i / Length * columns) + (columns == 1 ? 0 : i % Length)]))];
            Same(expected, [2, Length], Run(relation, [T(a, 2, Length), T(b, rows, columns)]));
        }

        static bool Holds(string relation, TElement x, TElement y) => relation switch
        {
            "Equal" => x == y,
            "Greater" => x > y,
            "GreaterOrEqual" => x >= y,
            "Less" => x < y,
            _ => x <= y,
        };
    }
}
