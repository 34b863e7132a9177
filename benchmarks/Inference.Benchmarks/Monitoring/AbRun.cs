using Inference.Monitoring;

namespace Inference.Benchmarks.Monitoring;

/// <summary>One simulated A/B test that is looked at after every block.</summary>
/// <param name="DecidedAt">The rows after which it was decided; null if never.</param>
/// <param name="MismatchAt">The rows after which a sample-ratio mismatch was found; null if never.</param>
/// <param name="Verdict">What was decided.</param>
internal sealed record AbRun(int? DecidedAt, int? MismatchAt, OutcomeVerdict Verdict)
{
    // One row in twenty is reported again, as clients do after a time-out.
    private const double Repeated = 0.05;

    public static AbRun Make(int seed, int rows, int block, double stated, double share, double control, double treatment, bool duplicates)
    {
        var random = new Random(seed);
        var comparison = new OutcomeComparison();
        comparison.BeginStage(0, stated);
        int? decidedAt = null, mismatchAt = null;
        OutcomeVerdict verdict = OutcomeVerdict.Undecided;
        for (int n = 1; n <= rows; n++)
        {
            bool isTreatment = random.NextDouble() < share;
            double outcome = random.NextDouble() < (isTreatment ? treatment : control) ? 1 : 0;
            comparison.Add(isTreatment, outcome, unit: duplicates ? (UInt128)n : null);
            if (duplicates && random.NextDouble() < Repeated)
            {
                comparison.Add(isTreatment, 1, unit: (UInt128)n);
            }

            if (n % block != 0)
            {
                continue;
            }

            (OutcomeVerdict now, bool mismatch) = comparison.Look();
            mismatchAt ??= mismatch ? n : null;
            if (decidedAt is null && now != OutcomeVerdict.Undecided)
            {
                (decidedAt, verdict) = (n, now);
            }

            if (decidedAt is not null && (mismatchAt is not null || stated == share))
            {
                break;
            }
        }

        return new AbRun(decidedAt, mismatchAt, verdict);
    }
}
