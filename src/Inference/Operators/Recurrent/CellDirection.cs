namespace Inference.Operators.Recurrent;

/// <summary>Which way a recurrent operator goes over its sequence.</summary>
internal enum CellDirection
{
    Forward,
    Reverse,
    Bidirectional,
}
