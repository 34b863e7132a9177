namespace Inference.Operators.Typed;

/// <summary>Work over the innermost runs of a <see cref="StridedLoop"/>; several threads may run one body at once, each with a loop of its own.</summary>
internal interface IRunBody
{
    /// <summary>Runs part of an innermost run: its operands start at the loop's offsets.</summary>
    /// <param name="loop">The loop, for its offsets.</param>
    /// <param name="at">The first element of the output, row-major.</param>
    /// <param name="count">Elements.</param>
    void Run(ref readonly StridedLoop loop, long at, long count);
}
