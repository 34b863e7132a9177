namespace Inference.Operators.Sorting;

/// <summary>Equal slices as groups: where each first stands, how many it has, and which one each slice is of.</summary>
/// <param name="Firsts">The first slice of each group.</param>
/// <param name="Counts">Slices of each group.</param>
/// <param name="Of">The group of each slice.</param>
/// <param name="Shown">The groups in the order in which they are put out.</param>
internal sealed record Groups(List<int> Firsts, List<long> Counts, int[] Of, int[] Shown);
