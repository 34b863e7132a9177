namespace Inference.Operators.Typed;

/// <summary>Work over the innermost runs of a <see cref="StridedLoop"/>; several threads may run one body at once.</summary>
internal interface IRunBody
{
    /// <summary>Runs part of an innermost run.</summary>
    /// <param name="run">Where the operands of these elements start, and their strides.</param>
    /// <param name="at">The first element of the output, row-major.</param>
    /// <param name="count">Elements.</param>
    void Run(in RunOperands run, long at, long count);
}
