using Inference.Monitoring.Cells;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Collection;

public class PairTests
{
    [Fact]
    public void Pairs_OfFloatsAndOfMixedColumns_CountTheJointGroups()
    {
        (NamedValues inputs, int rows) = Inputs(new Random(1), 3_000);
        using (inputs)
        {
            using var builder = new ReferenceProfileBuilder();
            builder.Add(inputs);
            ReferenceProfile profile = builder.Build();
            ReferenceColumn[] pairs = [.. profile.Columns.Where(c => c.Derivation == ColumnDerivation.Pair)];
            Assert.Contains(pairs, p => p.Name == "x[1] × x[17]");
            Assert.Contains(pairs, p => p.Name == "c × s" || p.Name == "s × c");
            using var f = new Counted(profile, inner: new FakeRunner(compute: _ => new NamedValues()));
            f.Runner.Run(inputs).Dispose();
            MonitoringWindow window = f.Flush();
            foreach (ReferenceColumn pair in pairs)
            {
                var expected = new long[pair.Layout.Count];
                for (int row = 0; row < rows; row++)
                {
                    expected[PairGroups.CellOf(GroupOf(profile.Columns[pair.Index], inputs, row), GroupOf(profile.Columns[pair.SecondColumn], inputs, row))]++;
                }

                Assert.Equal(expected, window.Counts(pair.Place).ToArray());
                Assert.Equal(expected, pair.Counts().ToArray());
            }

            Assert.Equal(profile.ToArray(), ReferenceProfile.Parse(profile.ToArray()).ToArray());
        }
    }

    [Fact]
    public void Pairs_OfIndependentColumns_AreNotMade()
    {
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>(Rows.Normal(new Random(1), 4_000, 40), [4_000, 40]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        Assert.Equal(40, builder.Build().Columns.Count);
    }

    [Fact]
    public void Pairs_CorrelationBrokenWithMarginsKept_ChangesThePairAlone()
    {
        (NamedValues inputs, int rows) = Inputs(new Random(1), 3_000);
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        ReferenceProfile profile = builder.Build();
        float[] data = inputs["x"].AsSpan<float>().ToArray();
        float[] column = [.. Enumerable.Range(0, rows).Select(r => data[(r * 20) + 17])];
        new Random(2).Shuffle(column);
        for (int r = 0; r < rows; r++)
        {
            data[(r * 20) + 17] = column[r];
        }

        inputs.SetValue("x", TensorValue.Copy<float>(data, [rows, 20]));
        using var f = new Counted(profile, inner: new FakeRunner(compute: _ => new NamedValues()));
        f.Runner.Run(inputs).Dispose();
        MonitoringWindow window = f.Flush();
        ReferenceColumn pair = profile.FindColumn("x[1] × x[17]")!;
        Assert.Equal(profile.FindColumn("x[17]")!.Counts(), window.Counts(profile.FindColumn("x[17]")!.Place));
        double distance = 0;
        for (int i = 0; i < pair.Layout.Count; i++)
        {
            distance += Math.Abs(pair.Counts()[i] - window.Counts(pair.Place)[i]) / (2.0 * rows);
        }

        Assert.InRange(distance, 0.3, 1);
        inputs.Dispose();
    }

    private static (NamedValues Inputs, int Rows) Inputs(Random random, int rows)
    {
        float[] data = Rows.Normal(random, rows, 20);
        long[] codes = new long[rows];
        string[] texts = new string[rows];
        for (int r = 0; r < rows; r++)
        {
            data[(r * 20) + 17] = (float)(data[(r * 20) + 1] + (0.3 * Rows.Gauss(random)));
            data[(r * 20) + 5] = r % 50 == 0 ? float.NaN : r % 51 == 0 ? float.PositiveInfinity : data[(r * 20) + 5];
            data[(r * 20) + 6] = data[(r * 20) + 5];
            codes[r] = random.Next(12);
            texts[r] = codes[r] == 3 ? "" : $"t{codes[r] % 7}";
        }

        return (new NamedValues { ["x"] = TensorValue.Copy<float>(data, [rows, 20]), ["c"] = TensorValue.Copy<long>(codes, [rows]), ["s"] = TensorValue.Copy<string>(texts, [rows]) }, rows);
    }

    private static int GroupOf(ReferenceColumn column, NamedValues inputs, int row)
    {
        TensorValue tensor = inputs[column.Tensor];
        var encoder = new ColumnEncoder(column.Definition);
        int place = (row * column.Width) + column.Index;
        int cell = tensor.ElementType == ElementType.String ? encoder.CellOf(tensor.AsSpan<string>()[place]) : encoder.CellOf(tensor.ElementType == ElementType.Int64 ? tensor.AsSpan<long>()[place] : tensor.AsSpan<float>()[place]);
        return column.Definition.Groups[cell];
    }
}
