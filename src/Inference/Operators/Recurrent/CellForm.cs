namespace Inference.Operators.Recurrent;

/// <summary>A weight of a recurrent operator.</summary>
/// <param name="LastApart">Whether the last gate lies apart.</param>
/// <param name="Hidden">Rows of a gate where one lies apart; 0 where none does, as it does not matter then.</param>
/// <param name="Scales">Scales where the constant holds codes; null where it holds numbers.</param>
/// <param name="ZeroPoints">Their zero points.</param>
internal sealed record CellForm(bool LastApart, long Hidden, ConstantContents? Scales = null, ConstantContents? ZeroPoints = null) : PackedForm<CellWeights>;
