using System.Collections.Concurrent;

namespace Inference.Evaluation.Sequential;

/// <summary>
/// A test of H0: in every stage the treatment's mean outcome (a loss, 0 good to 1 bad) is at most the control's. Computed from counts alone and valid at every evaluation: under H0, P(the evidence ever reaches 1/α) ≤ α (Ville's inequality),
/// whatever share of the calls the treatment receives and in whatever order replicas report. Thread-safe.
/// </summary>
/// <remarks>
/// <para>For θ₁ &gt; θ₀ &gt; θ₂ with θ₀ = ρθ₁ + (1 − ρ)θ₂ let f₁(y) = y·θ₁/θ₀ + (1 − y)(1 − θ₁)/(1 − θ₀) for treatment outcomes and f₂ likewise with θ₂ for control outcomes. The mean of f₁ under a mean outcome p is
/// A(p) = 1 + (θ₁ − θ₀)·x, that of f₂ is B(p) = 1 − (θ₀ − θ₂)·x, with x = (p − θ₀) ÷ (θ₀(1 − θ₀)). For n₁ and n₂ outcomes of a stage the evidence is</para>
/// <para>E(θ) = ∏ f₁(y) · ∏ f₂(y) ÷ sup_p A(p)^n₁ · B(p)^n₂.</para>
/// <para>It is an e-process: ∏ f₁/A(p) · ∏ f₂/B(p) at the true p is a martingale of mean 1 however calls are assigned to arms (as long as the arm is chosen before the outcome is known), and the divisor is at least A(p)^n₁·B(p)^n₂.
/// A increases and B decreases with p, so the divisor also covers every pair of means p₁ ≤ p₂. Inside the range of p the supremum is exp(n·KL(n₁/n ‖ ρ)): the cost of not knowing p is half a nat if the share is as
/// stated. E depends on counts alone, so evaluations, replicas and order do not matter. f is that of Turner, Ly and Grünwald, "Generic E-variables for exact sequential k-sample tests", 2022; the divisor makes it valid for every
/// allocation (universal inference: Wasserman, Ramdas, Balakrishnan, 2020).</para>
/// <para>Over ρ (half the weight on the stage's share, the rest on shares around it) E is averaged within a stage; stages multiply; over θ₂ (from 0.0005 to 0.9) and θ₁ = θ₂ + lift·(0.9995 − θ₂) (lifts from 0.002 to 0.6) the products are averaged
/// with fixed weights: averages of e-processes are e-processes. The weights cost at most ln 60 + ln 2 nats compared with known parameters.</para>
/// <para>An evaluation takes about ten microseconds; since evaluations may be skipped, evaluate every few calls.</para>
/// <para>Assumes that outcomes of different calls are independent, and that within a stage each arm's mean is constant; between stages means may change. Source for repeated evaluation: Ramdas, Grünwald, Vovk, Shafer, "Game-theoretic statistics and safe anytime-valid inference", 2023.</para>
/// </remarks>
public sealed class TwoArmTest
{
    // A table for each share that a trial passes through, 40 to 200 KB; more are made when they are asked for.
    private const int MostTables = 64;

    private readonly ConcurrentDictionary<(double Share, int Levels), TwoArmTable> _tables = new();

    /// <summary>Initializes a test.</summary>
    /// <param name="tolerance">How much larger the treatment's loss may be, 0 to 1; the default is 0. H0 is then mean₁ ≤ mean₂ + tolerance·(1 − mean₂); each control outcome y counts as y + tolerance·(1 − y).</param>
    public TwoArmTest(double tolerance = 0)
    {
        if (!(tolerance is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "Expected a tolerance of at least 0 and below 1.");
        }

        Tolerance = tolerance;
    }

    /// <summary>How much larger the treatment's loss may be.</summary>
    public double Tolerance { get; }

    /// <summary>Computes ln of the e-value of the counts of all stages; 0 without counts. Reject H0 at level α if it is at least −ln α, at any evaluation.</summary>
    /// <param name="stages">Counts by stage, such as <see cref="TrialLedger.GetTotals"/>.</param>
    public double LogEvidence(IEnumerable<ArmCounts> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        var logs = new double[TwoArmTable.Alternatives];
        foreach (ArmCounts stage in stages.OrderBy(static s => s.Stage.Number))
        {
            Table(stage).AddTo(logs, stage);
        }

        return LogMean.Of(logs);
    }

    private TwoArmTable Table(ArmCounts stage)
    {
        (double Share, int Levels) key = (stage.Stage.Share, stage.Treatment.Levels);
        if (!_tables.TryGetValue(key, out TwoArmTable? table))
        {
            table = new TwoArmTable(key.Share, key.Levels, Tolerance);
            if (_tables.Count < MostTables)
            {
                _tables[key] = table;
            }
        }

        return table;
    }
}
