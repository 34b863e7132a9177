using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Sequences;

/// <summary>What operators on sequences refuse with a sentence.</summary>
public sealed class SequenceRefusalTests
{
    private static readonly RefusalCases s_cases = new()
    {
        ["SplitToSequence, lengths whose sum wraps to the size"] = (
            () => RunAll("SplitToSequence", [T([1f, 2]), T<long>([long.MaxValue, long.MaxValue, 4])]), "split: expected lengths that sum to 2"),
        ["SplitToSequence, a length below 0"] = (() => RunAll("SplitToSequence", [T([1f, 2]), T<long>([3, -1])]), "split: expected lengths that sum to 2"),
        ["SequenceEmpty, a type that does not exist"] = (() => RunAll("SequenceEmpty", [], [("dtype", 33L)]), "attribute 'dtype'"),
        ["SequenceAt, a position out of range"] = (
            () => RunAll("SequenceAt", [new SequenceData([S(1f)], ElementType.Float32), S(long.MinValue)]), "input 1 (position): expected a number in [-1, 0]"),
        ["ConcatFromSequence, items that are no tensors"] = (
            () => RunAll("ConcatFromSequence", [new SequenceData([T([1f]), new SequenceData([], ElementType.Float32)], ElementType.Float32)], [("axis", 0L)]), "expected a sequence of tensors"),
    };

    public static TheoryData<string> Cases => s_cases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_OutsideTheSpecification_IsRefusedWithASentence(string name) => s_cases.AssertRefused(name);

    [Fact]
    public void SplitToSequence_AChunkLongerThanAll_GivesOnePart()
    {
        var y = (SequenceData)RunAll("SplitToSequence", [T([1f, 2]), S(long.MaxValue)])[0]!;
        Same([1f, 2], [2], (Tensor)Assert.Single(y.Items));
    }
}
