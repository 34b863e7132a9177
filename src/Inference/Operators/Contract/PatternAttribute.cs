namespace Inference.Operators.Contract;

/// <summary>
/// The operators that a rewrite finds and makes: the pattern that it exists for. What it asks of any other operator it asks of <see cref="OperatorTraits"/>. A test holds the names in compiled
/// code against this list.
/// </summary>
/// <param name="operators">Their names.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PatternAttribute(params string[] operators) : Attribute
{
    public IReadOnlyList<string> Operators => operators;
}
