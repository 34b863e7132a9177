using Inference.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.Batching.Tests;

/// <summary>What can stand in one batch, what cannot be batched at all, and what is said of it.</summary>
public sealed class BatchAssemblerTests
{
    private static readonly Dimension s_n = Dimension.Named("N");

    [Fact]
    public void UseBatching_Null_NamesTheParameter() =>
        Assert.Equal("builder", Assert.Throws<ArgumentNullException>(() => ((ModelRunnerBuilder)null!).UseBatching()).ParamName);

    [Fact]
    public void WhyNotBatchable_EachReason_IsNamed()
    {
        ModelInfo info = FakeModel.Info();
        ModelPort list = new("list", ModelValueType.Sequence(ModelValueType.Tensor(ElementType.Float32)));
        ModelPort constant = new("z", ModelValueType.Tensor(ElementType.Float32, [Dimension.Fixed(1), Dimension.Fixed(2)]));
        ModelPort scalar = new("z", ModelValueType.Tensor(ElementType.Float32, []));
        ModelPort open = new("z", ModelValueType.Tensor(ElementType.Float32));
        Assert.Null(BatchAssembler.WhyNotBatchable(info));
        Assert.Null(BatchAssembler.WhyNotBatchable(info with { Inputs = [.. info.Inputs, open, scalar] }));
        Assert.Equal("expected inputs and outputs that share batch axis 0, the model has batch axis 1. Export it with a dynamic first axis.", BatchAssembler.WhyNotBatchable(info with { BatchAxis = 1 }));
        Assert.Equal("expected inputs and outputs that share batch axis 0, the model has none. Export it with a dynamic first axis.", BatchAssembler.WhyNotBatchable(info with { BatchAxis = null }));
        Assert.Equal(
            "expected independent rows, but the model's graph does not prove them. If its rows are independent, set ModelLoadOptions.AssertRowIndependent.",
            BatchAssembler.WhyNotBatchable(info with { RowIndependent = false }));
        string text = $"expected tensors only, 'list' is a {list.Type}. Remove it from the model's signature.";
        Assert.Equal(text, BatchAssembler.WhyNotBatchable(info with { Inputs = [.. info.Inputs, list] }));
        Assert.Equal(text, BatchAssembler.WhyNotBatchable(info with { Outputs = [.. info.Outputs, list] }));
        Assert.Equal(
            "expected a dynamic axis 0, input 'z' is float32[1,2]. Export the model with a dynamic first axis.",
            BatchAssembler.WhyNotBatchable(info with { Inputs = [.. info.Inputs, constant] }));
    }

    [Fact]
    public void Build_NotBatchable_FailsOrIsLogged()
    {
        using var model = new FakeRunner(FakeModel.Info("m") with { BatchAxis = null });
        Assert.Equal(
            "Model 'm', UseBatching: expected inputs and outputs that share batch axis 0, the model has none. Export it with a dynamic first axis. Or remove UseBatching, or set WhenNotBatchable to PassThrough.",
            Assert.Throws<InferenceException>(() => model.AsBuilder().UseBatching().Build()).Message);
        using var log = new LogLines();
        Assert.Same(model, model.AsBuilder().UseBatching(o => o.WhenNotBatchable = NotBatchableMode.PassThrough).Build(new TestServices().Add<ILoggerFactory>(log)));
        Assert.Equal(
            ["Inference.Batching|Warning|Model 'm' runs without batching: expected inputs and outputs that share batch axis 0, the model has none. Export it with a dynamic first axis."],
            log.All);
    }

    [Fact]
    public void Options_Defaults_AreWhatIsDocumented()
    {
        var options = new BatchingOptions();
        Assert.Equal((64, TimeSpan.FromMicroseconds(200), 4096, QueueFullMode.Shed, 1), (options.MaxRows, options.MaxDelay, options.MaxQueuedRows, options.QueueFull, options.MaxConcurrentBatches));
        Assert.Equal((null, RaggedMode.Separate, null, true, true, true), (options.LatencyObjective, options.Ragged, options.MaxCost, options.IsolateFaults, options.StepAside, options.RunInlineWhenIdle));
        Assert.Equal(NotBatchableMode.Fail, options.WhenNotBatchable);
    }

    [Fact]
    public void Options_ThatDoNotFitEachOther_AreRefused()
    {
        AssertRefused(o => o.MaxQueuedRows = 63, "MaxQueuedRows: expected at least MaxRows = 64, got 63. Raise it so that a full batch can queue.");
        AssertRefused(o => o.MaxCost = 0, "MaxCost: expected at least 1, got 0. Raise it, or set it to null for no limit.");
        AssertRefused(o => Add(o, 0), "PadTo: expected ascending lengths ≥ 1, got 0. Sort them and remove duplicates.");
        AssertRefused(o => Add(o, 2, 4, 4), "PadTo: expected ascending lengths ≥ 1, got 2, 4, 4. Sort them and remove duplicates.");
        AssertRefused(o => Add(o, 4, 2, 1), "PadTo: expected ascending lengths ≥ 1, got 4, 2, 1. Sort them and remove duplicates.");
        new FakeRunner().AsBuilder().UseBatching(o =>
        {
            o.MaxQueuedRows = 64;
            o.MaxCost = 1;
            Add(o, 1, 2, 3);
        }).Build().Dispose();

        static void Add(BatchingOptions options, params int[] lengths) => Array.ForEach(lengths, options.PadTo.Add);

        static void AssertRefused(Action<BatchingOptions> configure, string text)
        {
            string message = Assert.Throws<OptionsValidationException>(() => new FakeRunner().AsBuilder().UseBatching(configure).Build()).Message;
            Assert.Contains(text, message, StringComparison.Ordinal);
            Assert.Equal(message.IndexOf(text, StringComparison.Ordinal), message.LastIndexOf(text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Cost_OfACall_IsItsLargestInputOrWhatIsGiven()
    {
        using var inputs = new NamedValues { ["a"] = TensorValue.Copy(new float[6], [2, 3]), ["b"] = TensorValue.Copy(new float[8], [2, 4]), ["c"] = TensorValue.Copy(new float[2], [2]) };
        inputs.Add("d", new OptionalValue(null));
        Assert.Equal(0, BatchAssembler.Cost(inputs, new BatchingOptions { Cost = _ => 5 }));
        Assert.Equal(5, BatchAssembler.Cost(inputs, new BatchingOptions { MaxCost = 10, Cost = _ => 5 }));
        Assert.Equal(8, BatchAssembler.Cost(inputs, new BatchingOptions { MaxCost = 10 }));
    }

    [Fact]
    public void CheckOutputs_NotARowEach_IsNamed()
    {
        var assembler = new BatchAssembler(FakeModel.Info("m"));
        using var scalar = new NamedValues { ["y"] = TensorValue.Copy<float>([1], []) };
        using var more = new NamedValues { ["x"] = TensorValue.Copy<float>([1, 2], [2]), ["y"] = TensorValue.Copy<float>([1, 2, 3], [3]) };
        const string Text = "expected a tensor with one row for each of the 2 rows of the batch, got {0}. Remove UseBatching, or do not set AssertRowIndependent.";
        Assert.Equal(
            "Model 'm', output 'y': " + string.Format(System.Globalization.CultureInfo.InvariantCulture, Text, "float32[]"),
            Assert.Throws<ModelRunException>(() => assembler.CheckOutputs(scalar, 2)).Message);
        Assert.Equal(
            "Model 'm', output 'y': " + string.Format(System.Globalization.CultureInfo.InvariantCulture, Text, "float32[3]"),
            Assert.Throws<ModelRunException>(() => assembler.CheckOutputs(more, 2)).Message);
    }

    [Theory]
    [InlineData(ElementType.Float32, 2, "00000040")]
    [InlineData(ElementType.Float64, 2, "0000000000000040")]
    [InlineData(ElementType.Float16, 2, "0040")]
    [InlineData(ElementType.BFloat16, 2, "0040")]
    [InlineData(ElementType.Int8, -128, "80")]
    [InlineData(ElementType.UInt8, 255, "FF")]
    [InlineData(ElementType.Int16, -2, "FEFF")]
    [InlineData(ElementType.UInt16, 65535, "FFFF")]
    [InlineData(ElementType.Int32, -2, "FEFFFFFF")]
    [InlineData(ElementType.UInt32, 7, "07000000")]
    [InlineData(ElementType.Int64, -2, "FEFFFFFFFFFFFFFF")]
    [InlineData(ElementType.UInt64, 7, "0700000000000000")]
    [InlineData(ElementType.Bool, 5, "01")]
    public void PadElement_EachType_HasItsBytes(ElementType type, double value, string bytes) => Assert.Equal(bytes, Convert.ToHexString(PadElement.Bytes("x", type, value)));

    [Theory]
    [InlineData(ElementType.Int8, 128)]
    [InlineData(ElementType.Int8, -129)]
    [InlineData(ElementType.UInt8, -1)]
    [InlineData(ElementType.Int32, 0.5)]
    [InlineData(ElementType.UInt64, -1)]
    public void PadElement_ANumberTheTypeCannotHold_IsNamed(ElementType type, double value) => Assert.Equal(
        FormattableString.Invariant($"Input 'x': expected a padding value that {type.Name()} can hold, got {value}. Change PadValues."),
        Assert.Throws<InferenceException>(() => PadElement.Bytes("x", type, value)).Message);

    [Fact]
    public void PadElement_ATypeWithoutNumbers_IsNamed() => Assert.Equal(
        "Input 'x': expected a numeric element type to pad with 1, got string. Remove the input from PadValues; other types are padded with zeros.",
        Assert.Throws<InferenceException>(() => PadElement.Bytes("x", ElementType.String, 1)).Message);

    [Fact]
    public void CanJoin_Separate_AsksForOneRowType()
    {
        var assembler = new BatchAssembler(FakeModel.Info());
        var options = new BatchingOptions();
        Assert.True(assembler.CanJoin(Call(("x", ElementType.Float32, [1, 4])), Call(("x", ElementType.Float32, [3, 4])), options));
        Assert.False(assembler.CanJoin(Call(("x", ElementType.Float32, [1, 4])), Call(("x", ElementType.Float32, [1, 3])), options));
    }

    [Fact]
    public void CanJoin_Pad_AsksForTypeRankFixedAxesAndBucket()
    {
        ModelInfo info = FakeModel.Info() with { Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [s_n, Dimension.Named("L"), Dimension.Fixed(2)]))] };
        var assembler = new BatchAssembler(info);
        var any = new BatchingOptions { Ragged = RaggedMode.Pad };
        var buckets = new BatchingOptions { Ragged = RaggedMode.Pad };
        Array.ForEach([2, 5], buckets.PadTo.Add);
        Assert.True(Join(any, [1, 3, 2], [2, 9, 2]));
        Assert.False(Join(any, [1, 3, 2], [1, 3, 1]));
        Assert.False(Join(any, [1, 3, 2], [1, 3]));
        Assert.False(Join(any, [1, 3, 2], []));
        Assert.False(Join(any, [], []));
        Assert.False(Join(any, [1, 3, 2], [1, 4, 2], ElementType.Int32));
        Assert.False(assembler.CanJoin(Call(("x", ElementType.Int4, [1, 2, 2])), Call(("x", ElementType.Int4, [1, 4, 2])), any));
        Assert.True(Join(buckets, [1, 3, 2], [1, 5, 2]));
        Assert.True(Join(buckets, [1, 1, 2], [1, 2, 2]));
        Assert.False(Join(buckets, [1, 2, 2], [1, 3, 2]));
        Assert.False(Join(buckets, [1, 5, 2], [1, 6, 2]));
        Assert.False(Join(buckets, [1, 7, 2], [1, 6, 2]));
        Assert.False(assembler.CanJoin(Call(("x", ElementType.Float32, [1, 3, 2])), Call(("y", ElementType.Float32, [1, 3, 2])), any));
        Assert.False(assembler.CanJoin(Call(("x", ElementType.Float32, [1, 3, 2])), Call(("x", ElementType.Float32, [1, 3, 2]), ("y", ElementType.Float32, [1])), any));

        // An input that the model does not declare has no fixed axes.
        Assert.True(assembler.CanJoin(Call(("q", ElementType.Float32, [1, 3])), Call(("q", ElementType.Float32, [1, 4])), any));
        PendingCall list = Call();
        list.Inputs.Add("x", new OptionalValue(null));
        Assert.False(assembler.CanJoin(Call(("x", ElementType.Float32, [1, 3, 2])), list, any));
        Assert.False(assembler.CanJoin(list, Call(("x", ElementType.Float32, [1, 3, 2])), any));

        bool Join(BatchingOptions options, long[] one, long[] two, ElementType type = ElementType.Float32) =>
            assembler.CanJoin(Call(("x", ElementType.Float32, one)), Call(("x", type, two)), options);
    }

    [Fact]
    public void StackThenTake_TwoAxesOfTheirOwn_GivesEachCallItsCorner()
    {
        Dimension a = Dimension.Named("A");
        Dimension b = Dimension.Named("B");
        ModelInfo info = FakeModel.Info() with
        {
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Int32, [s_n, a])), new ModelPort("z", ModelValueType.Tensor(ElementType.Int32, [s_n, b, Dimension.Fixed(2)])), new ModelPort("w", ModelValueType.Tensor(ElementType.Int32, [s_n]))],
            Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.Int32, [s_n, b, a])), new ModelPort("v", ModelValueType.Tensor(ElementType.Int32, [s_n])), new ModelPort("u", ModelValueType.Tensor(ElementType.Int32, [s_n, Dimension.Named("Q")]))],
        };
        var assembler = new BatchAssembler(info);
        var options = new BatchingOptions { Ragged = RaggedMode.Pad };
        options.PadValues["x"] = 9;
        options.PadValues["z"] = 0;
        var batch = new Batch(options, 0);
        PendingCall one = Call(("x", ElementType.Int32, [1, 1]), ("z", ElementType.Int32, [1, 2, 2]), ("w", ElementType.Int32, [1]));
        PendingCall two = Call(("x", ElementType.Int32, [2, 3]), ("z", ElementType.Int32, [2, 1, 2]), ("w", ElementType.Int32, [2]));
        batch.Add(one);
        batch.Add(two);
        using NamedValues stacked = assembler.Stack(batch);
        Assert.Equal([1, 9, 9, 1, 2, 3, 4, 5, 6], stacked["x"].AsSpan<int>().ToArray());
        Assert.Equal([1, 2, 3, 4, 1, 2, 0, 0, 3, 4, 0, 0], stacked["z"].AsSpan<int>().ToArray());
        Assert.Equal([1, 1, 2], stacked["w"].AsSpan<int>().ToArray());
        using var outputs = new NamedValues { ["y"] = Count([3, 2, 3]), ["v"] = Count([3]), ["u"] = Count([3, 2]), ["more"] = Count([3, 1, 1]) };
        using NamedValues first = assembler.Take(outputs, 0, one);
        using NamedValues second = assembler.Take(outputs, 1, two);
        Assert.Equal([1, 2, 1], first["y"].Shape.ToArray());
        Assert.Equal([1, 4], first["y"].AsSpan<int>().ToArray());
        Assert.Equal([2, 1, 3], second["y"].Shape.ToArray());
        Assert.Equal([7, 8, 9, 13, 14, 15], second["y"].AsSpan<int>().ToArray());
        Assert.Equal([2, 3], second["v"].AsSpan<int>().ToArray());
        Assert.Equal([3, 4, 5, 6], second["u"].AsSpan<int>().ToArray());
        Assert.Equal([2, 3], second["more"].AsSpan<int>().ToArray());
    }

    [Fact]
    public void Stack_EqualLengths_ArePaddedToTheirBucketAlone()
    {
        ModelInfo info = FakeModel.Info() with { Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Int32, [s_n, Dimension.Named("L")]))] };
        var assembler = new BatchAssembler(info);
        var plain = new BatchingOptions { Ragged = RaggedMode.Pad };
        var buckets = new BatchingOptions { Ragged = RaggedMode.Pad };
        var separate = new BatchingOptions();
        Array.ForEach([2, 4], buckets.PadTo.Add);
        separate.PadTo.Add(4);
        Assert.Equal([2, 3], Shape(plain, 3, 3));
        Assert.Equal([2, 4], Shape(buckets, 3, 3));
        Assert.Equal([2, 3], Shape(separate, 3, 3));
        Assert.Equal([2, 2], Shape(buckets, 2, 1));
        Assert.Equal([2, 5], Shape(buckets, 5, 5));
        Assert.Equal([2, 3], Shape(plain, 1, 3));

        long[] Shape(BatchingOptions options, int one, int two)
        {
            var batch = new Batch(options, 0);
            batch.Add(Call(("x", ElementType.Int32, [1, one])));
            batch.Add(Call(("x", ElementType.Int32, [1, two])));
            using NamedValues stacked = assembler.Stack(batch);
            return stacked["x"].Shape.ToArray();
        }
    }

    private static TensorValue Count(long[] shape) => TensorValue.Copy<int>(Enumerable.Range(1, (int)TensorShape.Count(shape)).ToArray(), shape);

    private static PendingCall Call(params (string Name, ElementType Type, long[] Shape)[] inputs)
    {
        var values = new NamedValues();
        foreach ((string name, ElementType type, long[] shape) in inputs)
        {
            values.Add(name, type == ElementType.Int32 ? Count(shape) : TensorValue.Allocate(type, shape));
        }

        return Pending.Call(inputs.Length > 0 && inputs[0].Shape.Length > 0 ? (int)inputs[0].Shape[0] : 1, inputs: values);
    }
}
