using System.Runtime.CompilerServices;

namespace Inference.Operators.Movement;

/// <summary>Room for one number an axis, for structs that walk tensors.</summary>
[InlineArray(ShapeRules.MaxRank)]
internal struct DimsBuffer
{
    private long _first;
}
