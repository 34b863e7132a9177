using Inference.Monitoring.Cells;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Collection;

public class DerivedTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Image_Channels_HaveStatistics(bool last)
    {
        var random = new Random(1);
        byte[] pixels = new byte[40 * 3 * 20 * 20];
        random.NextBytes(pixels);
        using NamedValues inputs = new() { ["image"] = TensorValue.Copy<byte>(pixels, last ? [40, 20, 20, 3] : [40, 3, 20, 20]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        ReferenceProfile profile = builder.Build();
        Assert.Equal(13, profile.Columns.Count(c => c.Derivation != ColumnDerivation.Pair));
        byte[] channel = [.. Enumerable.Range(0, 400).Select(i => last ? pixels[(i * 3) + 1] : pixels[400 + i])];
        double mean = channel.Average(v => v), deviation = Math.Sqrt(channel.Average(v => (v - mean) * (v - mean)));
        var reader = new DerivedReader([.. profile.Columns.Take(13).Select(c => c.Definition)]);
        var values = new double[13];
        reader.Read(inputs["image"], 0, values);
        Assert.Equal("image.mean[1]", profile.Columns[4].Name);
        Assert.Equal(mean, values[4], 1e-3);
        Assert.Equal(deviation, values[5], 1e-3);
        Assert.Equal((channel.Min(), channel.Max()), (values[6], values[7]));
        Assert.Equal(Math.Sqrt(pixels.Take(1200).Sum(v => (double)v * v)), values[12], 1e-2);
        Assert.All(profile.Columns, c => Assert.Equal(40, c.Counts().ToArray().Sum()));
    }

    [Fact]
    public void Tokens_LengthAndUnknownShare_EstimateNewTokens()
    {
        // Ids with a long tail: new ones keep coming.
        var random = new Random(1);
        long[] Ids(int rows) => [.. Enumerable.Range(0, rows * 20).Select(i => i % 20 < 12 ? 1 + (long)(50 * Math.Pow(random.NextDouble(), -0.6)) : 0)];
        using NamedValues inputs = new() { ["input_ids"] = TensorValue.Copy<long>(Ids(3_000), [3_000, 20]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        ReferenceProfile profile = builder.Build();
        Assert.Equal(["input_ids.length", "input_ids.unknown"], profile.Columns.Where(c => c.Derivation != ColumnDerivation.Pair).Select(c => c.Name));
        Assert.Equal(12, profile.Columns[0].Minimum);
        using var f = new Counted(profile, inner: new FakeRunner(compute: _ => new NamedValues()));
        using NamedValues later = new() { ["input_ids"] = TensorValue.Copy<long>(Ids(3_000), [3_000, 20]) };
        f.Runner.Run(later).Dispose();
        MonitoringWindow window = f.Flush();
        double Unknown(ReadOnlySpan<long> counts, ReferenceColumn c) => 1 - ((double)counts[c.Layout.First] / 3_000);
        Assert.Equal(0, profile.Columns[1].Edges[0]);
        Assert.InRange(Unknown(window.Counts(1), profile.Columns[1]), 0.02, 0.5);
        Assert.Equal(Unknown(profile.Columns[1].Counts(), profile.Columns[1]), Unknown(window.Counts(1), profile.Columns[1]), 0.03);
    }

    [Fact]
    public void RowsOfVaryingWidth_AreCounted()
    {
        using var builder = new ReferenceProfileBuilder();
        var random = new Random(1);
        foreach (int width in new[] { 10, 30 })
        {
            using NamedValues rows = new() { ["ids"] = TensorValue.Copy<int>([.. Enumerable.Range(0, 5 * width).Select(_ => random.Next(1, 9))], [5, width]), ["audio"] = TensorValue.Copy<float>(Rows.Normal(random, 5, width), [5, width]) };
            builder.Add(rows);
        }

        ReferenceProfile profile = builder.Build();
        Assert.Equal(["ids.length", "ids.unknown", "audio.mean", "audio.deviation", "audio.norm"], profile.Columns.Select(c => c.Name));
        Assert.Equal((10, 30), (profile.Columns[0].Minimum, profile.Columns[0].Maximum));
        Assert.Equal(profile.ToArray(), ReferenceProfile.Parse(profile.ToArray()).ToArray());
    }

    [Fact]
    public void Embeddings_HaveProjectionsAndANorm()
    {
        using NamedValues inputs = new() { ["e"] = TensorValue.Copy<float>(Rows.Normal(new Random(1), 500, 384), [500, 384]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        ReferenceProfile profile = builder.Build();
        ReferenceColumn[] columns = [.. profile.Columns.Where(c => c.Derivation == ColumnDerivation.Projection)];
        Assert.Equal(16, columns.Length);
        Assert.All(columns, c => Assert.InRange(c.Moments().Deviation, 0.85, 1.15));
        Assert.InRange(profile.FindColumn("e.norm")!.Moments().Mean, 19, 20.2);
        Assert.Equal(profile.ToArray(), ReferenceProfile.Parse(profile.ToArray()).ToArray());
    }

    [Fact]
    public void Classifier_TopAndClass_AreCountedWithPositives()
    {
        float[] probabilities = [0.7f, 0.2f, 0.1f, 0.1f, 0.8f, 0.1f, 0.3f, 0.3f, 0.4f];
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>([1, 2, 3], [3]) };
        using NamedValues outputs = new() { ["p"] = TensorValue.Copy<float>(probabilities, [3, 3]) };
        using TensorValue labels = TensorValue.Copy<long>([0L, 2, 2], [3]);
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs, outputs, labels);
        ReferenceProfile profile = builder.Build();
        ReferenceColumn top = profile.FindColumn("p.top")!, best = profile.FindColumn("p.class")!;
        Assert.Equal((ColumnKind.Score, ColumnKind.Categorical), (top.Kind, best.Kind));
        Assert.Equal(["0", "1", "2"], best.Categories);
        Assert.Equal(2, top.Positives.ToArray().Sum());
        Assert.Equal([1, 0, 1], best.Positives[..3].ToArray());
    }

    [Fact]
    public void UnseenValues_InTheReference_EstimateThoseToCome()
    {
        // A tail of values beyond the 64 of their own.
        var random = new Random(2);
        string[] Texts(int rows) => [.. Enumerable.Range(0, rows).Select(_ => $"v{(int)(8 * Math.Pow(random.NextDouble(), -0.45))}")];
        using NamedValues inputs = new() { ["s"] = TensorValue.Copy<string>(Texts(60_000), [60_000]) };
        using var builder = new ReferenceProfileBuilder();
        builder.Add(inputs);
        ReferenceProfile profile = builder.Build();
        ReferenceColumn column = profile.Columns[0];
        Assert.False(column.IsOpen);
        using var f = new Counted(profile, inner: new FakeRunner(compute: _ => new NamedValues()));
        using NamedValues later = new() { ["s"] = TensorValue.Copy<string>(Texts(60_000), [60_000]) };
        f.Runner.Run(later).Dispose();
        MonitoringWindow window = f.Flush();
        Assert.True(window.Counts(0)[column.Layout.Unseen] > 20);
        Assert.InRange((double)window.Counts(0)[column.Layout.Unseen] / column.Counts()[column.Layout.Unseen], 0.6, 1.6);
    }
}
