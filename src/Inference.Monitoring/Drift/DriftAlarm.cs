using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Drift;

/// <summary>A column that was named by a data-set alarm.</summary>
/// <param name="Column">The place of the column among the watched ones.</param>
/// <param name="Rule">What changed, see <see cref="DriftRules"/>.</param>
/// <param name="Bucket">The number of the bucket, from 0.</param>
/// <param name="Evidence">ln of the column's e-detector.</param>
/// <param name="Effect">The Jensen–Shannon distance of the changed rows from the reference, in bits.</param>
/// <param name="Size">The same less what a sample of these rows shows without a change.</param>
/// <param name="Pair">For a change of the dependence, the watched pair; −1 otherwise.</param>
internal sealed record DriftAlarm(int Column, string Rule, long Bucket, double Evidence, Effect Effect, double Size, int Pair = -1);
