using Inference.TestSupport;

namespace Inference.Batching.Tests;

public class RaggedTests
{
    // Doubles every element and gives the sum of each row: padding with zeros changes neither.
    private static FakeRunner Model(List<string> shapes) => new(
        FakeModel.Info() with
        {
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Named("L")]))],
            Outputs =
            [
                new ModelPort("each", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Named("L")])),
                new ModelPort("sum", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N")])),
            ],
        },
        inputs =>
        {
            TensorValue x = inputs["x"];
            shapes.Add(x.ToString());
            float[] each = [.. x.AsSpan<float>().ToArray().Select(v => v * 2)];
            float[] sums = [.. x.AsSpan<float>().ToArray().Chunk((int)x.Shape[1]).Select(row => row.Sum())];
            return new NamedValues { ["each"] = TensorValue.Copy<float>(each, x.Shape), ["sum"] = TensorValue.Copy<float>(sums, [x.Shape[0]]) };
        });

    private static Task<NamedValues> Call(IModelRunner runner, params float[] row) =>
        runner.RunAsync(new NamedValues { ["x"] = TensorValue.Copy<float>(row, [1, row.Length]) }).AsTask();

    // Calls that queue beside another.
    private static async Task AssertAnswers(BatchingFixture f, params float[][] rows)
    {
        f.Model.Gate.Close();
        Task<NamedValues> blocker = Call(f.Runner, 9, 9);
        Task<NamedValues>[] calls = [.. rows.Select(row => Call(f.Runner, row))];
        await f.Settle([.. calls, blocker]);
        for (int i = 0; i < rows.Length; i++)
        {
            NamedValues outputs = await calls[i];
            Assert.Equal([1, rows[i].Length], outputs["each"].Shape.ToArray());
            Assert.Equal(rows[i].Select(v => v * 2), outputs["each"].AsSpan<float>().ToArray());
            Assert.Equal([rows[i].Sum()], outputs["sum"].AsSpan<float>().ToArray());
        }
    }

    [Fact]
    public async Task Separate_OtherLengths_RunApart()
    {
        var shapes = new List<string>();
        using var f = new BatchingFixture(model: Model(shapes));
        await AssertAnswers(f, [1, 2, 3], [4], [5, 6, 7]);
        Assert.Equal(["float32[1,2]", "float32[2,3]", "float32[1,1]"], shapes);
    }

    [Fact]
    public async Task Pad_OtherLengths_RunTogetherAndAreCropped()
    {
        var shapes = new List<string>();
        using var f = new BatchingFixture(o => o.Ragged = RaggedMode.Pad, Model(shapes));
        await AssertAnswers(f, [1, 2, 3], [4], [5, 6, 7]);
        Assert.Equal(["float32[1,2]", "float32[3,3]"], shapes);
    }

    [Fact]
    public async Task Pad_Buckets_JoinOnlyNeighboursAndPadToTheBucket()
    {
        var shapes = new List<string>();
        using var f = new BatchingFixture(
            o =>
            {
                o.Ragged = RaggedMode.Pad;
                o.PadTo.Add(2);
                o.PadTo.Add(5);
            },
            Model(shapes));
        await AssertAnswers(f, [1, 2, 3], [4], [5, 6, 7, 8], [5, 6]);
        Assert.Equal(["float32[1,2]", "float32[2,5]", "float32[2,2]"], shapes);
    }

    [Fact]
    public async Task Pad_Value_FillsTheGaps()
    {
        var seen = new List<float>();
        FakeRunner model = Model([]);
        model.Fail = x =>
        {
            seen.AddRange(x["x"].AsSpan<float>().ToArray());
            return null;
        };
        using var f = new BatchingFixture(
            o =>
            {
                o.Ragged = RaggedMode.Pad;
                o.PadValues["x"] = -1;
            },
            model);
        f.Model.Gate.Close();
        Task<NamedValues> blocker = Call(f.Runner, 9);
        Task<NamedValues> a = Call(f.Runner, 1);
        Task<NamedValues> b = Call(f.Runner, 2, 3);
        await f.Settle(a, b, blocker);
        Assert.Equal([9, 1, -1, 2, 3], seen);
    }

    [Theory]
    [InlineData(ElementType.Int64, 7, 8)]
    [InlineData(ElementType.Float16, 0.5, 2)]
    [InlineData(ElementType.UInt8, 255, 1)]
    [InlineData(ElementType.Float64, 0.1, 8)]
    public void PadElement_NumbersTheTypeCanHold_HaveItsSize(ElementType type, double value, int bytes) =>
        Assert.Equal(bytes, PadElement.Bytes("x", type, value).Length);

    [Theory]
    [InlineData(ElementType.Int64, 0.5)]
    [InlineData(ElementType.UInt8, 256)]
    [InlineData(ElementType.String, 1)]
    public void PadElement_OtherNumbers_AreRefused(ElementType type, double value) =>
        Assert.Throws<InferenceException>(() => PadElement.Bytes("x", type, value));
}
