using Inference.Kernels.Resizing;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Resizing;

[Covers(typeof(RowPicks), "pick_b32", "pick_b8", "weigh_f32")]
public sealed unsafe class RowPicksTests(ITestOutputHelper output)
{
    [Fact]
    public void Picks_EveryPairOfOptions_AreTheElements()
    {
        var space = new OptionSpace("row picks");
        Option<int> elementSize = space.Add("bytes", 1, 2, 4, 8);
        Option<int> sizes = space.Add("size", 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 70);
        Option<int> counts = space.Add("count", 1, 2, 5, 8, 15, 16, 17, 31, 33, 64, 70, 140);
        Option<string> order = space.Add("order", "stretched", "backwards", "random");
        Option<int> rowCount = space.Add("rows", 0, 1, 3);
        Option<bool> apart = space.Add("rows apart", Choices.Either);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int size, int count, int bytes, int rows) = (sizes.Value, counts.Value, elementSize.Value, rowCount.Value);
            int[] indices = Indices(order.Value, size, count, seed);
            int step = apart.Value ? (size + 3) * bytes : size * bytes;
            int resultStep = apart.Value ? (count + 1) * bytes : count * bytes;
            using NativeArray<byte> x = Fill.Bytes(rows * step, seed, offset.Value);
            using NativeArray<byte> y = Fill.Bytes(rows * resultStep, seed + 1, offset.Value);
            byte[] want = y.Span.ToArray();
            for (int i = 0; i < rows * count; i++)
            {
                x.Span.Slice((i / count * step) + (indices[i % count] * bytes), bytes).CopyTo(want.AsSpan((i / count * resultStep) + (i % count * bytes)));
            }

            nint* from = stackalloc nint[3];
            nint* to = stackalloc nint[3];
            for (int r = 0; r < 3; r++)
            {
                (from[r], to[r]) = (r * step, r * resultStep);
            }

            RowPicks.Create(indices, size, bytes).Run(x.Pointer, y.Pointer, rows, apart.Value ? from : null, apart.Value ? to : null);
            Assert.True(y.Span.SequenceEqual(want));
            y.AssertIntact();
        });
    }

    [Fact]
    public void Sums_EveryPairOfOptions_EqualTheFormula()
    {
        var space = new OptionSpace("row sums");
        Option<int> sizes = space.Add("size", 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 70);
        Option<int> counts = space.Add("count", 1, 2, 5, 8, 15, 16, 17, 31, 33, 64, 70, 140);
        Option<string> order = space.Add("order", "stretched", "backwards", "random");
        Option<int> tapCount = space.Add("taps", 1, 2, 3, 4, 7);
        Option<int> rowCount = space.Add("rows", 0, 1, 3);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int size, int count, int taps, int rows) = (sizes.Value, counts.Value, tapCount.Value, rowCount.Value);
            int[] indices = Indices(order.Value, size, count * taps, seed);
            using NativeArray<float> weights = Fill.Floats(count * taps, seed);
            using NativeArray<float> x = Fill.Floats(rows * size, seed + 1, offset: offset.Value);
            using var y = new NativeArray<float>(rows * count, offset.Value);
            RowPicks.CreateSums(indices, weights.Span.ToArray(), taps, size).Run(x.Pointer, y.Pointer, rows);
            for (int i = 0; i < rows * count; i++)
            {
                double sum = 0;
                for (int t = 0; t < taps; t++)
                {
                    int at = (i % count * taps) + t;
                    sum += (double)weights[at] * x[(i / count * size) + indices[at]];
                }

                Assert.Equal(sum, y[i], 1e-5);
            }

            y.AssertIntact();
        });
    }

    private static int[] Indices(string order, int size, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => order switch
        {
            "stretched" => (int)((long)i * size / count),
            "backwards" => size - 1 - (int)((long)i * size / count),
            _ => random.Next(size),
        })];
    }
}
