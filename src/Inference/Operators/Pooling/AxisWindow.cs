namespace Inference.Operators.Pooling;

/// <summary>A window along one axis: where it starts in the input, its first step inside, one past the last, and how many steps count in a mean.</summary>
internal readonly record struct AxisWindow(int Start, int From, int To, int Count);
