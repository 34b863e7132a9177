namespace Inference.Monitoring.Cells;

/// <summary>One part of a column that is computed from several columns of a row: a feature of one of them, and its weight.</summary>
/// <param name="Column">The place of the column in the profile.</param>
/// <param name="Feature">Which of its <see cref="ColumnDefinition.Features"/>.</param>
/// <param name="Weight">The weight; of a parity, 1.</param>
internal readonly record struct JointTerm(int Column, int Feature, float Weight);
