using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Sequences;

public sealed class SequenceTests
{
    private static SequenceData Sequence(params float[] values) => new([.. Array.ConvertAll(values, v => (EngineValue)T([v]))], ElementType.Float32);

    private static float[] Values(EngineValue? value) => Array.ConvertAll(((SequenceData)value!).Items, i => ((Tensor)i).Span<float>()[0]);

    [Fact]
    public void Insert_Erase_At_Length_CountFromBothEnds()
    {
        Assert.Equal([1f, 9, 2], Values(RunAll("SequenceInsert", [Sequence(1, 2), T([9f]), S(-1L)])[0]));
        Assert.Equal([1f, 2, 9], Values(RunAll("SequenceInsert", [Sequence(1, 2), T([9f])])[0]));
        Assert.Equal([1f], Values(RunAll("SequenceErase", [Sequence(1, 2)])[0]));
        Assert.Equal([2f], ((Tensor)RunAll("SequenceAt", [Sequence(1, 2), S(-1L)])[0]!).Span<float>().ToArray());
        Same<long>([2], [], (Tensor)RunAll("SequenceLength", [Sequence(1, 2)])[0]!);
        Assert.EndsWith("input 1 (position): expected a number in [-2, 1], got 2.", Assert.Throws<InvalidInputException>(() => RunAll("SequenceAt", [Sequence(1, 2), S(2L)])).Message);
    }

    [Fact]
    public void Items_OwnTheirMemory()
    {
        Tensor item = T([1f]);
        EngineValue? made = RunAll("SequenceConstruct", [item])[0];
        item.Span<float>()[0] = 5;
        Assert.Equal([1f], Values(made));
    }

    [Fact]
    public void Split_And_Concat_AreInverse()
    {
        Tensor x = T([1f, 2, 3, 4, 5], 5);
        EngineValue? parts = RunAll("SplitToSequence", [x, S(2L)])[0];
        Assert.Equal([2L, 2, 1], Array.ConvertAll(((SequenceData)parts!).Items, i => ((Tensor)i).Count));
        Same([1f, 2, 3, 4, 5], [5], (Tensor)RunAll("ConcatFromSequence", [parts], [("axis", 0L)])[0]!);
        Same([1f, 2], [2, 1], (Tensor)RunAll("ConcatFromSequence", [Sequence(1, 2)], [("axis", 0L), ("new_axis", 1L)])[0]!);
    }

    [Fact]
    public void Split_KeepdimsOff_TakesTheAxisOfPartsOfOne()
    {
        Tensor x = T([1f, 2, 3, 4], 2, 2);
        long[] Shape(params EngineValue?[] inputs) => [.. ((Tensor)((SequenceData)RunAll("SplitToSequence", inputs, [("keepdims", 0L)])[0]!).Items[0]).Dims];
        Assert.Equal([2L], Shape(x));
        Assert.Equal([2L], Shape(x, S(1L)));
        Assert.Equal([2L, 2], Shape(x, S(2L)));
        Assert.Equal([1L, 2], Shape(x, T<long>([1, 1])));
    }

    [Fact]
    public void Optionals_HoldAValue_OrNone()
    {
        EngineValue? full = RunAll("Optional", [T([1f])])[0];
        EngineValue? empty = RunAll("Optional", [], [("type", ModelValueType.Tensor(ElementType.Float32))])[0];
        Same([true], [], (Tensor)RunAll("OptionalHasElement", [full])[0]!);
        Same([false], [], (Tensor)RunAll("OptionalHasElement", [empty])[0]!);
        Same([1f], [1], (Tensor)RunAll("OptionalGetElement", [full])[0]!);
        Assert.Throws<InvalidInputException>(() => RunAll("OptionalGetElement", [empty]));
    }
}
