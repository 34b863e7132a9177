using FsCheck;
using FsCheck.Fluent;
using Inference.Batching.Axes;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Models whose batch axes are not all 0, presented as such.</summary>
public sealed class BatchAxesTests
{
    // x: [N,W], s: [2,N,W], k: scalar → y: [N], t: [2,N,W], where t = s·k + x and y = Σ t.
    private static readonly ModelInfo s_info = new()
    {
        Name = "axes",
        Digest = "",
        Inputs = [Port("x", ElementType.Float32, null, null), Port("s", ElementType.Float32, 2, null, null), Port("k", ElementType.Int64)],
        Outputs = [Port("y", ElementType.Float32, (int?)null), Port("t", ElementType.Float32, null, null, null)],
    };

    [Fact]
    public void Info_HasRowsAlongAxis0()
    {
        using IModelRunner runner = Build(new FakeRunner(s_info, Compute));
        Assert.Equal(["x: float32[batch,?]", "s: float32[batch,2,?]", "k: int64[batch]"], runner.Info.Inputs.Select(p => p.ToString()));
        Assert.Equal(["y: float32[batch]", "t: float32[batch,?,?]"], runner.Info.Outputs.Select(p => p.ToString()));
        Assert.Equal(0, runner.Info.BatchAxis);
        Assert.True(runner.Info.RowIndependent);
        Assert.False(runner.CanBind());
    }

    [Fact]
    public void Run_Rows_EqualThoseOfTheModel() => Prop.ForAll(
        Gen.Choose(1, 6).Zip(Gen.Choose(1, 3)).ToArbitrary(),
        size =>
        {
            (int rows, int width) = size;
            using IModelRunner runner = Build(new FakeRunner(s_info, Compute));
            float[] x = [.. Enumerable.Range(0, rows * width).Select(i => (float)i)];
            float[] s = [.. Enumerable.Range(0, rows * 2 * width).Select(i => (float)(i * 10))];
            long[] k = [.. Enumerable.Range(0, rows).Select(i => (long)(i % 3))];
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy(x, [rows, width]), ["s"] = TensorValue.Copy(s, [rows, 2, width]), ["k"] = TensorValue.Copy(k, [rows]) };
            using NamedValues outputs = runner.Run(inputs);
            for (int row = 0; row < rows; row++)
            {
                float[] t = [.. Enumerable.Range(0, 2 * width).Select(i => (s[(row * 2 * width) + i] * k[row]) + x[(row * width) + (i % width)])];
                using TensorValue got = outputs["t"].Rows(row, 1);
                Assert.Equal(t, got.AsSpan<float>().ToArray());
                Assert.Equal(t.Sum(), outputs["y"].AsSpan<float>()[row]);
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task RunAsync_Batched_StacksCallsAndRunsDifferentSharedValuesApart()
    {
        var model = new FakeRunner(s_info, Compute);
        using IModelRunner runner = model.AsBuilder().UseBatching(o => (o.StepAside, o.MaxDelay) = (false, TimeSpan.Zero)).UseBatchAxes(Axes).Build();
        model.Gate.Close();
        Task<float>[] calls = [.. Enumerable.Range(0, 9).Select(async i =>
        {
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([i], [1, 1]), ["s"] = TensorValue.Copy<float>([1, 1], [1, 2, 1]), ["k"] = TensorValue.Copy<long>([i % 2], [1]) };
            using NamedValues outputs = await runner.RunAsync(inputs);
            return outputs["y"].AsSpan<float>()[0];
        })];
        model.Gate.Open();
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (2f * i) + (2 * (i % 2))), await Task.WhenAll(calls));
        Assert.Equal([1, 4, 4], model.Batches.Order());
    }

    [Fact]
    public void Run_SharedValueAsTheModelDeclaresIt_HoldsForAllRows()
    {
        using IModelRunner runner = Build(new FakeRunner(s_info, Compute));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2], [2, 1]), ["s"] = TensorValue.Copy<float>([1, 2, 3, 4], [2, 2, 1]), ["k"] = TensorValue.Scalar(2L) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([8f, 18f], outputs["y"].AsSpan<float>().ToArray());
    }

    [Theory]
    [InlineData("s", 3, "input 's': expected 2 rows, as the inputs before it have, along axis 0, got float32[3,2,1]. Pass one row for each item.")]
    [InlineData("q", 2, "has no input 'q'; it takes 'x', 's', 'k'.")]
    public void Run_InputsThatDoNotFit_AreRefused(string name, int rows, string message)
    {
        using IModelRunner runner = Build(new FakeRunner(s_info, Compute));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2], [2, 1]), [name] = TensorValue.Allocate(ElementType.Float32, [rows, 2, 1]) };
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => runner.Run(inputs));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputWithoutTheRows_IsTheModelsFault()
    {
        using IModelRunner runner = Build(new FakeRunner(s_info, inputs => new NamedValues { ["y"] = TensorValue.Copy<float>([1, 2, 3], [3]) }));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2], [2, 1]), ["s"] = TensorValue.Copy<float>([1, 2, 3, 4], [2, 2, 1]), ["k"] = TensorValue.Scalar(2L) };
        ModelRunException error = Assert.Throws<ModelRunException>(() => runner.Run(inputs));
        Assert.Equal("Model 'axes', output 'y': expected a tensor with the 2 rows of the run along axis 0, got float32[3]. Correct the axes of UseBatchAxes.", error.Message);
    }

    [Theory]
    [InlineData("q", 1, "UseBatchAxes: expected the name of an input or output ('x', 's', 'k', 'y', 't'), got 'q'. Correct the name.")]
    [InlineData("x", 2, "UseBatchAxes, input 'x': expected a tensor of whole bytes with an axis 2, got float32[?,?]. Name its batch axis in Axes.")]
    [InlineData("s", 0, "UseBatchAxes, input 's': expected a size of axis 0 that is not fixed, got float32[2,?,?]. Name another axis in Axes, or the input in Shared.")]
    public void Build_AxisThatDoesNotFit_IsRefused(string name, int axis, string message)
    {
        InferenceException error = Assert.Throws<InferenceException>(() => new FakeRunner(s_info, Compute).AsBuilder().UseBatchAxes(o =>
        {
            Axes(o);
            o.Axes[name] = axis;
        }).Build());
        Assert.Equal($"Model 'axes', {message}", error.Message);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    public void AxisMove_ThereAndBack_IsTheSame(int axis, int rows)
    {
        long[] shape = [3, 2, 4];
        shape = [rows, .. shape];
        using TensorValue texts = TensorValue.Copy(Enumerable.Range(0, rows * 24).Select(i => $"{i}").ToArray(), shape);
        using TensorValue bytes = TensorValue.Copy(Enumerable.Range(0, rows * 24).Select(i => (ushort)i).ToArray(), shape);
        foreach (TensorValue tensor in (TensorValue[])[texts, bytes])
        {
            using TensorValue moved = AxisMove.FromFront(tensor, axis);
            Assert.Equal(rows, moved.Shape[axis]);
            using TensorValue back = AxisMove.ToFront(moved, axis);
            Assert.Equal(shape, back.Shape.ToArray());
            Assert.True(Rows.RowEquality.AreEqual(tensor, 0, back, 0) && Rows.RowEquality.AreEqual(tensor, rows - 1, back, rows - 1));
        }
    }

    private static IModelRunner Build(FakeRunner model) => model.AsBuilder().UseBatchAxes(Axes).Build();

    private static void Axes(BatchAxesOptions options) => (options.Axes["s"], options.Axes["t"]) = (1, 1);

    private static ModelPort Port(string name, ElementType type, params int?[] shape) =>
        new(name, ModelValueType.Tensor(type, [.. shape.Select(d => d is { } size ? Dimension.Fixed(size) : Dimension.Unknown)]));

    private static NamedValues Compute(NamedValues inputs)
    {
        TensorValue x = inputs["x"], s = inputs["s"];
        long k = inputs["k"].AsSpan<long>()[0];
        Assert.Equal(0, inputs["k"].Rank);
        int rows = (int)x.Shape[0], width = (int)x.Shape[1];
        float[] y = new float[rows], t = new float[2 * rows * width];
        for (int i = 0; i < t.Length; i++)
        {
            int row = i / width % rows;
            t[i] = (s.AsSpan<float>()[i] * k) + x.AsSpan<float>()[(row * width) + (i % width)];
            y[row] += t[i];
        }

        return new NamedValues { ["y"] = TensorValue.Copy(y, [rows]), ["t"] = TensorValue.Copy(t, [2, rows, width]) };
    }
}
