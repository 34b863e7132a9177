namespace Inference.Monitoring;

/// <summary>A row that is an example of a change: its value of a column is in a cell that is more frequent than in the reference.</summary>
/// <param name="Column">The column that changed.</param>
/// <param name="Prediction">The call, with the columns that are kept, redacted.</param>
/// <param name="Row">The row of the call, from 0.</param>
public sealed record Exemplar(string Column, KeptPrediction Prediction, int Row);
