namespace Inference.Monitoring;

/// <summary>A column that an alarm of a stream names.</summary>
/// <param name="Row">The number of rows of the stream when the alarm was raised.</param>
/// <param name="Column">The name of the column.</param>
/// <param name="Rule">What changed, see <see cref="ColumnVerdict.Rule"/>.</param>
/// <param name="LogEvidence">ln of the column's e-detector.</param>
/// <param name="JensenShannon">The distance of the changed rows from the reference, in bits.</param>
public sealed record StreamAlarm(long Row, string Column, string Rule, double LogEvidence, double JensenShannon);
