namespace Inference.Optimization.Data;

/// <summary>One column made from a table.</summary>
/// <param name="Name">Its name: a model input, a label or a slice.</param>
/// <param name="Type">Its element type: float32, float64, int64, int32, bool or string.</param>
/// <param name="Columns">The table's columns, in order; one makes a scalar a row, several make a vector a row.</param>
public sealed record CsvField(string Name, ElementType Type, IReadOnlyList<string> Columns);
