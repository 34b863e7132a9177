using Inference.Monitoring.Cells;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Profiles;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Tests.Collection;

public class FloatRunTests
{
    private static readonly float[] s_special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 0, -0f, float.Epsilon, 1e30f, -1e30f];

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(7, 16, 1)]
    [InlineData(33, 17, 4)]
    [InlineData(5, 64, 3)]
    [InlineData(2, 31, 1)]
    [InlineData(300, 9, 2)]
    public void Collect_EveryForm_EqualsTheEncoder(int rows, int columns, int seed)
    {
        var random = new Random(seed * 1000 + columns);
        for (int round = 0; round < 20; round++)
        {
            ColumnDefinition[] definitions = Columns(random, columns);
            var layout = new WindowLayout(definitions, -1);
            var run = new FloatRun(definitions, 0, 0);
            float[] data = Data(random, definitions, rows);
            Stripe expected = Reference(layout, definitions, data, rows);
            foreach (Action<Stripe> form in (Action<Stripe>[])[s => run.CollectScalar(data, rows, [], s), s => run.Collect256(data, rows, [], s), s => run.Collect512(data, rows, [], s)])
            {
                var stripe = new Stripe(layout);
                form(stripe);
                Assert.Equal(expected.Counts, stripe.Counts);
                Assert.Equal(expected.Sums.Span[..columns], stripe.Sums.Span[..columns]);
                Assert.Equal(expected.Squares.Span[..columns], stripe.Squares.Span[..columns]);
            }
        }
    }

    [Fact]
    public void Collect_ColumnsInsideARow_LeaveTheOthersAlone()
    {
        var random = new Random(5);
        ColumnDefinition[] definitions = [.. Columns(random, 20).Select(c => c with { Width = 30, Index = c.Index + 4 })];
        var layout = new WindowLayout(definitions, -1);
        float[] data = Rows.Normal(random, 50, 30);
        data[^1] = float.NaN;
        var run = new FloatRun(definitions, 0, 0);
        Stripe scalar = new(layout), wide = new(layout), half = new(layout);
        run.CollectScalar(data.AsSpan(4), 50, [], scalar);
        run.Collect512(data.AsSpan(4), 50, [], wide);
        run.Collect256(data.AsSpan(4), 50, [], half);
        Assert.Equal(50 * 20, scalar.Counts.ToArray().Sum());
        Assert.Equal(scalar.Counts, wide.Counts);
        Assert.Equal(scalar.Counts, half.Counts);
        Assert.Equal(scalar.Sums.Span, wide.Sums.Span);
        Assert.Equal(scalar.Squares.Span, half.Squares.Span);
    }

    [Fact]
    public void Collect_Segments_CountEachRowInItsPart()
    {
        var random = new Random(6);
        ColumnDefinition[] definitions = Columns(random, 19);
        ColumnDefinition segment = new() { Name = "s", Side = ColumnSide.Input, Tensor = "s", ElementType = ElementType.Int64, Width = 1, Layout = CellLayout.OfCategories(3), Keys = [1, 2, 3], Categories = ["1", "2", "3"] };
        var layout = new WindowLayout([.. definitions, segment], definitions.Length);
        float[] data = Data(random, definitions, 64);
        byte[] parts = new byte[64];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = (byte)random.Next(4);
        }

        var run = new FloatRun(definitions, 0, 0);
        Stripe scalar = new(layout), wide = new(layout), half = new(layout);
        run.CollectScalar(data, 64, parts, scalar);
        run.Collect512(data, 64, parts, wide);
        run.Collect256(data, 64, parts, half);
        Assert.Equal(64 * 19, scalar.Counts.ToArray().Sum());
        Assert.Equal(scalar.Counts, wide.Counts);
        Assert.Equal(scalar.Counts, half.Counts);
        Assert.Equal(scalar.Sums.Span, wide.Sums.Span);
        Assert.Equal(scalar.Sums.Span, half.Sums.Span);
        Assert.Equal(scalar.Squares.Span, wide.Squares.Span);
    }

    private static ColumnDefinition[] Columns(Random random, int count)
    {
        var columns = new ColumnDefinition[count];
        for (int i = 0; i < count; i++)
        {
            // From one value to many, discrete and continuous.
            int distinct = random.Next(3) switch { 0 => random.Next(1, 5), 1 => random.Next(20, 40), _ => 500 };
            var values = new double[500];
            for (int v = 0; v < values.Length; v++)
            {
                values[v] = distinct == 500 ? Rows.Gauss(random) * 10 : random.Next(distinct) - 2;
            }

            var draft = new ColumnDefinition { Name = $"x[{i}]", Side = ColumnSide.Input, Tensor = "x", ElementType = ElementType.Float32, Index = i, Width = count, Layout = CellLayout.OfCategories(0) };
            columns[i] = ColumnLearner.OfNumbers(draft, values, ColumnKind.Numeric).Definition;
        }

        return columns;
    }

    private static float[] Data(Random random, ColumnDefinition[] columns, int rows)
    {
        var data = new float[rows * columns.Length];
        for (int i = 0; i < data.Length; i++)
        {
            double[] edges = columns[i % columns.Length].Edges;
            data[i] = random.Next(6) switch
            {
                0 => s_special[random.Next(s_special.Length)],
                1 => (float)edges[random.Next(edges.Length)],
                2 => MathF.BitDecrement((float)edges[random.Next(edges.Length)]),
                3 => MathF.BitIncrement((float)edges[random.Next(edges.Length)]),
                _ => (float)(Rows.Gauss(random) * 10),
            };
        }

        return data;
    }

    private static Stripe Reference(WindowLayout layout, ColumnDefinition[] columns, float[] data, int rows)
    {
        var stripe = new Stripe(layout);
        for (int i = 0; i < columns.Length; i++)
        {
            var encoder = new ColumnEncoder(columns[i]);
            var values = new double[rows];
            for (int row = 0; row < rows; row++)
            {
                values[row] = data[(row * columns.Length) + i];
            }

            GeneralRun.CountRows(values, encoder, i, layout.OffsetOf(i), [], stripe);
        }

        return stripe;
    }
}
