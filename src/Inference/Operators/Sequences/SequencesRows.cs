namespace Inference.Operators.Sequences;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class SequencesRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "ConcatFromSequence", 11, "input_sequence:seq", n => new ConcatFromSequence(n)),
        new("", "Optional", 15, "input?:value", n => new OptionalOperator(n)),
        new("", "OptionalGetElement", 15, "input:value", _ => new OptionalGetElement()),
        new("", "OptionalHasElement", 15, "input?:value", _ => new OptionalHasElement()),
        new("", "SequenceAt", 11, "input_sequence:seq position:index[]|[1]", _ => new SequenceAt()),
        new("", "SequenceConstruct", 11, "inputs:any...", n => new SequenceConstruct(n)),
        new("", "SequenceEmpty", 11, "", n => new SequenceConstruct(n)),
        new("", "SequenceErase", 11, "input_sequence:seq position?:index[]|[1]", _ => new SequenceErase()),
        new("", "SequenceInsert", 11, "input_sequence:seq tensor:any position?:index[]|[1]", _ => new SequenceInsert()),
        new("", "SequenceLength", 11, "input_sequence:seq", _ => new SequenceLength()),
        new("", "SequenceMap", 17, "input_sequence:value additional?:value...", n => new SequenceMap(n)),
        new("", "SplitToSequence", 11, "input:any split?:index[]|[_]", n => new SplitToSequence(n)),
    ];
}
