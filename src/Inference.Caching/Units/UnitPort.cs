namespace Inference.Caching.Units;

/// <summary>One input or output of a unit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">The shape of one unit's part: without axis 0 where the unit is a row.</param>
/// <param name="Elements">Elements of one unit.</param>
/// <param name="Bytes">Bytes of one unit; 0 for strings.</param>
internal readonly record struct UnitPort(string Name, ElementType Type, long[] Shape, int Elements, int Bytes);
