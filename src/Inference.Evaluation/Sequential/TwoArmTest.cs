namespace Inference.Evaluation.Sequential;

/// <summary>
/// A test of H0: in every stage the treatment's mean outcome (a loss, 0 good to 1 bad) is at most the control's. From counts alone, valid at every look: under H0, P(the evidence ever reaches 1/α) ≤ α (Ville's inequality),
/// whatever share of the calls the treatment has, in whatever order replicas report. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// <para>For θ₁ &gt; θ₀ &gt; θ₂ with θ₀ = ρθ₁ + (1 − ρ)θ₂ let f₁(y) = y·θ₁/θ₀ + (1 − y)(1 − θ₁)/(1 − θ₀) for treatment outcomes and f₂ likewise with θ₂ for control outcomes. The mean of f₁ under a mean outcome p is
/// A(p) = 1 + (θ₁ − θ₀)·x, that of f₂ is B(p) = 1 − (θ₀ − θ₂)·x, with x = (p − θ₀) ÷ (θ₀(1 − θ₀)). For n₁ and n₂ outcomes of a stage the evidence is</para>
/// <para>E(θ) = ∏ f₁(y) · ∏ f₂(y) ÷ sup_p A(p)^n₁ · B(p)^n₂.</para>
/// <para>It is an e-process: ∏ f₁/A(p) · ∏ f₂/B(p) at the true p is a martingale of mean 1 whichever arm each call is given (as long as the arm is chosen before the outcome is known), and the divisor is at least A(p)^n₁·B(p)^n₂.
/// A grows and B falls with p, so the divisor also covers every pair of means p₁ ≤ p₂. Inside the range of p the supremum is exp(n·KL(n₁/n ‖ ρ)): what is lost for not knowing p is half a nat where the share is as
/// stated. E depends on counts alone, so looks, replicas and order do not matter. f is that of Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests", 2022; the divisor makes it hold for every
/// allocation (universal inference: Wasserman, Ramdas, Balakrishnan, 2020).</para>
/// <para>Over ρ (half the weight on the stage's share, the rest on shares around it) E is averaged within a stage; stages multiply; over θ₂ (from 0.0005 to 0.9) and θ₁ = θ₂ + lift·(0.9995 − θ₂) (lifts from 0.002 to 0.6) the products are averaged
/// with fixed weights: averages of e-processes are e-processes. The weights cost at most ln 60 + ln 2 nats against knowing all.</para>
/// <para>Assumes that outcomes of different calls are independent, and that within a stage each arm's mean is constant; between stages means may move. Source of the reasoning on looks: Ramdas, Grünwald, Vovk, Shafer, "Game-theoretic statistics and safe anytime-valid inference", 2023.</para>
/// </remarks>
public sealed class TwoArmTest
{
    private static readonly double[] s_controls = [0.0005, 0.002, 0.006, 0.02, 0.05, 0.12, 0.25, 0.45, 0.7, 0.9];
    private static readonly double[] s_lifts = [0.002, 0.01, 0.03, 0.08, 0.2, 0.6];
    private static readonly double[] s_shareShifts = [0, -2, -1, -0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1, 2];

    /// <summary>Makes a test.</summary>
    /// <param name="tolerance">How much more the treatment may lose, 0 to 1, 0 by default: H0 is then mean₁ ≤ mean₂ + tolerance·(1 − mean₂); each control outcome y counts as y + tolerance·(1 − y).</param>
    public TwoArmTest(double tolerance = 0)
    {
        if (!(tolerance is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "Expected a tolerance of at least 0, below 1.");
        }

        Tolerance = tolerance;
    }

    /// <summary>How much more the treatment may lose.</summary>
    public double Tolerance { get; }

    /// <summary>ln of the e-value of the counts of all stages; 0 without counts. Reject H0 at level α where it is at least −ln α, at any look.</summary>
    /// <param name="stages">Counts by stage, such as <see cref="TrialLedger.Totals"/>.</param>
    public double LogEvidence(IEnumerable<ArmCounts> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        var logs = new double[s_controls.Length * s_lifts.Length];
        foreach (ArmCounts stage in stages.OrderBy(static s => s.Stage.Number))
        {
            AddStage(stage, logs);
        }

        return LogMean.Of(logs);
    }

    private void AddStage(ArmCounts stage, double[] logs)
    {
        long treated = stage.Treatment.Total, controls = stage.Control.Total;
        if (treated == 0 && controls == 0)
        {
            return;
        }

        double odds = Math.Log(stage.Stage.Share / (1 - stage.Stage.Share));
        Span<double> shares = stackalloc double[s_shareShifts.Length];
        for (int i = 0; i < logs.Length; i++)
        {
            double control = s_controls[i / s_lifts.Length];
            double treatment = control + ((0.9995 - control) * s_lifts[i % s_lifts.Length]);
            for (int k = 0; k < shares.Length; k++)
            {
                double share = 1 / (1 + Math.Exp(-(odds + s_shareShifts[k])));
                double weight = k == 0 ? 0.5 : 0.5 / (shares.Length - 1);
                shares[k] = Math.Log(weight) + LogRatio(stage, treated, controls, treatment, control, share);
            }

            logs[i] += LogMean.SumOf(shares);
        }
    }

    private double LogRatio(ArmCounts stage, long treated, long controls, double treatment, double control, double share)
    {
        double middle = (share * treatment) + ((1 - share) * control);
        return LogProduct(stage.Treatment, treatment, middle, 0) + LogProduct(stage.Control, control, middle, Tolerance) - LogSupremum(treated, controls, treatment - middle, middle - control, middle);
    }

    private static double LogProduct(OutcomeCounts counts, double theta, double middle, double tolerance)
    {
        double bad = theta / middle, good = (1 - theta) / (1 - middle), sum = 0;
        for (int i = 0; i < counts.Counts.Length; i++)
        {
            long count = counts.Counts[i];
            if (count > 0)
            {
                double outcome = (double)i / counts.Levels;
                outcome += tolerance * (1 - outcome);
                sum += count * Math.Log((outcome * bad) + ((1 - outcome) * good));
            }
        }

        return sum;
    }

    // The supremum of n₁·ln(1 + a·x) + n₂·ln(1 − b·x), concave in x, over the x of p from 0 to 1.
    private static double LogSupremum(long treated, long controls, double a, double b, double middle)
    {
        double n1 = treated, n2 = controls;
        double x = ((n1 * a) - (n2 * b)) / (a * b * (n1 + n2));
        x = Math.Clamp(x, -1 / (1 - middle), 1 / middle);
        return (n1 * Math.Log(1 + (a * x))) + (n2 * Math.Log(1 - (b * x)));
    }
}
