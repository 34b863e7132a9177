namespace Inference.Operators.Typed;

/// <summary>Work over ranges of elements that do not depend on each other; several threads may run one body at once.</summary>
internal interface IRangeBody
{
    /// <summary>Runs elements [<paramref name="first"/>, <paramref name="first"/> + <paramref name="count"/>).</summary>
    void Run(long first, long count);
}
