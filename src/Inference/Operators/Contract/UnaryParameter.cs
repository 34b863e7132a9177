namespace Inference.Operators.Contract;

/// <summary>A parameter of a <see cref="UnaryForm"/>.</summary>
/// <param name="Attribute">The attribute that gives it.</param>
/// <param name="Default">Its value where that is left out.</param>
internal readonly record struct UnaryParameter(string Attribute, float Default);
