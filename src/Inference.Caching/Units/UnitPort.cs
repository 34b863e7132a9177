namespace Inference.Caching.Units;

/// <summary>One input or output of a unit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">The shape of one unit's part: without axis 0 if the unit is a row.</param>
/// <param name="Elements">Elements of one unit.</param>
/// <param name="Bytes">Bytes of one unit; 0 for strings.</param>
/// <param name="Start">Where its bytes, or its strings, begin among those of the unit.</param>
internal readonly record struct UnitPort(string Name, ElementType Type, long[] Shape, int Elements, int Bytes, int Start = 0)
{
    public bool IsText => Type == ElementType.String;

    /// <summary>The strings of a unit in a tensor of them.</summary>
    public ReadOnlySpan<string> StringsOf(TensorValue tensor, int unit) => tensor.AsSpan<string>().Slice(unit * Elements, Elements);

    /// <summary>The strings in the data of a unit.</summary>
    public Span<string> StringsOf(in UnitData data) => data.Strings.AsSpan(Start, Elements);

    /// <summary>The bytes of a unit in a tensor of another type.</summary>
    public ReadOnlySpan<byte> BytesOf(TensorValue tensor, int unit) => tensor.AsBytes().Slice(unit * Bytes, Bytes);

    /// <summary>The bytes in the data of a unit.</summary>
    public Span<byte> BytesOf(in UnitData data) => data.Bytes.AsSpan(Start, Bytes);
}
