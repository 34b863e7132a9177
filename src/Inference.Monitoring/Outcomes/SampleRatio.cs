using Inference.Evaluation.Sequential;
using Inference.Monitoring.Statistics;

namespace Inference.Monitoring.Outcomes;

/// <summary>Evidence that units do not reach the arms in the stated shares, valid at every evaluation: without a mismatch, P(the evidence ever reaches 1/α) ≤ α. Computed from counts alone. Thread-safe.</summary>
/// <remarks>Within a stage with share p, for c = 10, 100, 1,000, 10,000 and a Beta(c·p, c·(1 − p)) prior of the true share, the evidence is the mean over c of the marginal likelihood of the counts ÷ p^k·(1 − p)^(n − k): a martingale of
/// mean 1 if each unit is assigned with probability p whatever came before. Over stages it is half the product and half the sum weighted by 6 ÷ (π(s + 1))² with the stage's number s, so that both a small mismatch in all stages and a large one in a single stage
/// are found.</remarks>
internal static class SampleRatio
{
    private static readonly double[] s_concentrations = [10, 100, 1_000, 10_000];

    /// <summary>ln of the evidence; 0 without units.</summary>
    /// <param name="stages">The stages, their numbers distinct and known before their units, and the units of the treatment and of the control.</param>
    public static double LogEvidence(IReadOnlyList<(StageKey Stage, long Treatment, long Control)> stages)
    {
        if (stages.Count == 0)
        {
            return 0;
        }

        double product = 0, rest = 1;
        var terms = new double[stages.Count + 1];
        for (int s = 0; s < stages.Count; s++)
        {
            (StageKey stage, long treatment, long control) = stages[s];
            double log = LogEvidence(stage.Share, treatment, control);
            double number = Math.PI * (stage.Number + 1.0);
            double weight = 6 / (number * number);
            product += log;
            rest -= weight;
            terms[s] = Math.Log(weight) + log;
        }

        // Stages without units count as 1.
        terms[^1] = Math.Log(Math.Max(rest, double.Epsilon));
        return Sums.LogMean([product, Sums.LogSum(terms)]);
    }

    private static double LogEvidence(double share, long treatment, long control)
    {
        Span<double> logs = stackalloc double[s_concentrations.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            double a = s_concentrations[i] * share, b = s_concentrations[i] * (1 - share);
            logs[i] = LogBeta(a + treatment, b + control) - LogBeta(a, b) - (treatment * Math.Log(share)) - (control * Math.Log(1 - share));
        }

        return Sums.LogMean(logs);
    }

    private static double LogBeta(double a, double b) => SpecialFunctions.LogGamma(a) + SpecialFunctions.LogGamma(b) - SpecialFunctions.LogGamma(a + b);
}
