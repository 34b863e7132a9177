namespace Inference.Operators.Images;

/// <summary>Which neighbour is nearest.</summary>
internal enum NearestMode
{
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,

    /// <summary>Before opset 11: floor where the axis grows, ceil where it shrinks.</summary>
    Simple,
}
