namespace Inference;

/// <summary>One of the largest elements of a row.</summary>
/// <param name="Index">Its position in the row, such as the number of a class.</param>
/// <param name="Score">The element.</param>
public readonly record struct ScoredIndex(int Index, double Score);
