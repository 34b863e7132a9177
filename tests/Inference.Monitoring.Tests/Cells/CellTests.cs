using Inference.Monitoring.Cells;
using Inference.Monitoring.Profiles;

namespace Inference.Monitoring.Tests.Cells;

public class CellTests
{
    [Fact]
    public void Layout_Numeric_HasTheStatedCells()
    {
        CellLayout layout = CellLayout.OfBins(ColumnKind.Numeric, 32);
        Assert.Equal((38, 36), (layout.Count, layout.Ordered));
        Assert.Equal((0, 1, 2, 34, 35, 36, 37), (layout.NegativeInfinity, layout.Under, layout.First, layout.Over, layout.PositiveInfinity, layout.NaN, layout.Missing));
        Assert.Equal((-1, -1), (layout.Other, layout.Unseen));
    }

    [Fact]
    public void Layout_Categorical_HasTheStatedCells()
    {
        CellLayout layout = CellLayout.OfCategories(5);
        Assert.Equal((8, 0, 0, 5, 6, 7), (layout.Count, layout.Ordered, layout.First, layout.Other, layout.Unseen, layout.Missing));
    }

    [Theory]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(-1, 1)]
    [InlineData(0, 2)]
    [InlineData(0.5, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 4)]
    [InlineData(4, 4)]
    [InlineData(4.1, 5)]
    [InlineData(double.PositiveInfinity, 6)]
    [InlineData(double.NaN, 7)]
    public void CellOf_Number_IsItsBin(double value, int cell)
    {
        ColumnDefinition column = new() { Name = "x", Side = ColumnSide.Input, Tensor = "x", ElementType = ElementType.Float64, Width = 1, Layout = CellLayout.OfBins(ColumnKind.Numeric, 3), Edges = [0, 1, 2, 4] };
        Assert.Equal(cell, new ColumnEncoder(column).CellOf(value));
    }

    [Theory]
    [InlineData("b", 0)]
    [InlineData("a", 1)]
    [InlineData("rare", 2)]
    [InlineData("new", 3)]
    [InlineData("", 4)]
    public void CellOf_String_IsItsCategory(string value, int cell)
    {
        ColumnDefinition column = new()
        {
            Name = "s",
            Side = ColumnSide.Input,
            Tensor = "s",
            ElementType = ElementType.String,
            Width = 1,
            Layout = CellLayout.OfCategories(2),
            Categories = ["b", "a"],
            Keys = [CategoryKey.Of("b"), CategoryKey.Of("a")],
            OtherKeys = [CategoryKey.Of("rare")],
        };
        Assert.Equal(cell, new ColumnEncoder(column).CellOf(value));
        Assert.Equal(cell == 3 ? 2 : cell, new ColumnEncoder(column with { IsOpen = true }).CellOf(value));
    }

    [Fact]
    public void CategoryTable_ManyKeys_FindsEach()
    {
        var random = new Random(1);
        ulong[] keys = [.. Enumerable.Range(0, 5_000).Select(i => i < 1_000 ? (ulong)i : (ulong)random.NextInt64()).Distinct()];
        short[] cells = [.. keys.Select((_, i) => (short)i)];
        var table = new CategoryTable(keys, cells, -7);
        Assert.All(Enumerable.Range(0, keys.Length), i => Assert.Equal(i, table.CellOf(keys[i])));
        Assert.Equal(-7, table.CellOf(ulong.MaxValue));
        Assert.Equal(-7, new CategoryTable([], [], -7).CellOf(0));
    }

    [Fact]
    public void EdgesOf_Continuous_GivesBinsOfEqualCounts()
    {
        double[] values = [.. Rows.Normal(new Random(1), 32_000, 1).Select(v => (double)v).Order()];
        double[] edges = BinLearner.EdgesOf(values, single: true, integers: false);
        Assert.Equal(33, edges.Length);
        for (int b = 0; b < 32; b++)
        {
            int count = values.Count(v => v >= edges[b] && (v < edges[b + 1] || b == 31));
            Assert.InRange(count, 950, 1_050);
        }
    }

    [Fact]
    public void EdgesOf_HeavyValue_GivesItABinOfItsOwn()
    {
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, 10_000).Select(i => i % 10 < 9 ? 0.0 : 1 + (random.NextDouble() * 99)).Order()];
        double[] edges = BinLearner.EdgesOf(values, single: true, integers: false);
        Assert.Equal(0, edges[0]);
        Assert.Equal(float.Epsilon, edges[1]);
        Assert.InRange(edges.Length, 20, 33);
        Assert.True(edges.Zip(edges.Skip(1)).All(e => e.First < e.Second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void EdgesOf_AnyValues_Ascend(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            int kinds = random.Next(1, 400);
            double[] values = [.. Enumerable.Range(0, random.Next(1, 600)).Select(_ => (double)(float)(Math.Pow(random.Next(kinds), random.Next(1, 4)) / random.Next(1, 3))).Order()];
            double[] edges = BinLearner.EdgesOf(values, single: true, integers: values.All(v => Math.Floor(v) == v));
            Assert.InRange(edges.Length, 2, 33);
            Assert.Equal((values[0], values[^1]), (edges[0], edges[^1]));
            Assert.True(edges.Take(edges.Length - 1).Zip(edges.Skip(1).Take(edges.Length - 2)).All(e => e.First < e.Second));
            Assert.True(edges[^2] <= edges[^1]);
            Assert.All(edges, e => Assert.Equal(e, (float)e));
        }
    }

    [Theory]
    [InlineData(0, 0, 1, 0)]
    [InlineData(3, 1, 4, 8)]
    [InlineData(2.125, 2, 4, 0)]
    [InlineData(2.375, 2, 4, 2)]
    [InlineData(1e30, 0, 1, 1 << 20)]
    [InlineData(double.NegativeInfinity, 0, 1, 0)]
    [InlineData(double.NaN, 0, 1, 0)]
    public void FixedPoint_RoundsToEvenAndClamps(double x, double center, double scale, int q)
    {
        Assert.Equal(q, FixedPoint.Of(x, center, scale));
        Assert.Equal(q, FixedPoint.Of((float)x, (float)center, (float)scale));
    }
}
