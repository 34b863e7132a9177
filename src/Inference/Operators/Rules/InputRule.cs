using Inference.Operators.Typed;

namespace Inference.Operators.Rules;

/// <summary>What one input of an operator must be.</summary>
/// <param name="Name">The input's name in the operator's specification.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
/// <param name="Types">The element types of a tensor; null where the input may be a value of another kind.</param>
/// <param name="TypeVariable">Inputs with the same letter have one element type; null for none.</param>
/// <param name="Kinds">The kinds of value allowed.</param>
/// <param name="Shapes">Patterns of which one must fit; empty where every shape will do.</param>
internal sealed record InputRule(string Name, bool IsOptional, TypeSet? Types, string? TypeVariable, IReadOnlyList<ModelValueKind> Kinds, IReadOnlyList<ShapePattern> Shapes);
