namespace Inference.Versioning.Canary;

/// <summary>
/// An always-valid test of H0: the canary's mean loss is at most the control's, for losses in [0,1]. The e-value may be looked at after every call and acted on at
/// any time: under H0, P(it ever reaches 1/α) ≤ α (Ville's inequality).
/// </summary>
/// <remarks>
/// <para>Losses are grouped into blocks of a ≥ 1 canary and b ≥ 1 control losses in order of completion; a block ends with the first loss that makes both arms present, which
/// depends on the arms alone. For θ₁ &gt; θ₂ fixed before the block and θ₀ = (a·θ₁ + b·θ₂) ÷ (a + b) the block's factor is
/// ∏ f₁(y) over canary losses · ∏ f₂(y) over control losses, fᵢ(y) = y·θᵢ/θ₀ + (1−y)·(1−θᵢ)/(1−θ₀). (Turner, Ly, Grünwald: Generic E-variables for exact sequential k-sample tests, 2022.)</para>
/// <para>Its expectation under equal means p is A^a·B^b with A = p·θ₁/θ₀ + (1−p)(1−θ₁)/(1−θ₀) and B likewise; as (a·A + b·B) ÷ (a + b) = 1, it is ≤ 1 by the inequality of the means. A falls with a
/// falling canary mean and B with a rising control mean (θ₁ &gt; θ₀ &gt; θ₂), hence ≤ 1 in all of H0. Means may drift from block to block.</para>
/// <para>θ₂ is the control's mean so far; θ₁ = θ₂ + lift for several lifts, whose e-values are averaged: an average of e-values is one.</para>
/// <para>Assumes that the arm says nothing of the call, and that losses of different calls are independent. Not thread-safe.</para>
/// </remarks>
internal sealed class TwoArmEvidence
{
    // From barely harmful to outright broken. Averaging six costs at most ln 6 nats against knowing the effect.
    private static readonly double[] s_lifts = [0.01, 0.025, 0.05, 0.1, 0.25, 0.6];

    // More losses of one arm while the other is silent add little and would grow without bound.
    private const int MaxArm = 256;

    private readonly double _tolerance;
    private readonly double[] _logs = new double[s_lifts.Length];
    private readonly double[] _canary = new double[MaxArm];
    private readonly double[] _control = new double[MaxArm];
    private int _canaryCount;
    private int _controlCount;
    private double _controlSum;
    private long _controlSeen;

    /// <param name="tolerance">How much more the canary may lose, 0 to 1: each control loss y counts as y + tolerance · (1 − y).</param>
    public TwoArmEvidence(double tolerance = 0) => _tolerance = tolerance;

    /// <summary>The e-value's natural logarithm; 0 at the start.</summary>
    public double LogValue { get; private set; }

    /// <summary>Adds a loss, 0 (good) to 1 (bad), of one arm.</summary>
    /// <returns>Whether a block ended, so that <see cref="LogValue"/> changed.</returns>
    public bool Add(bool isCanary, double loss)
    {
        if (isCanary)
        {
            if (_canaryCount < MaxArm)
            {
                _canary[_canaryCount++] = loss;
            }
        }
        else if (_controlCount < MaxArm)
        {
            _control[_controlCount++] = loss + _tolerance * (1 - loss);
        }

        if (_canaryCount == 0 || _controlCount == 0)
        {
            return false;
        }

        EndBlock();
        return true;
    }

    private void EndBlock()
    {
        // A prior of half a call with half a loss keeps the estimate off 0 and 1.
        double control = Math.Clamp((_controlSum + 0.25) / (_controlSeen + 0.5), 1e-4, 0.95);
        double largest = double.NegativeInfinity;
        for (int i = 0; i < s_lifts.Length; i++)
        {
            double canary = Math.Min(control + s_lifts[i], 0.999);
            double middle = (_canaryCount * canary + _controlCount * control) / (_canaryCount + _controlCount);
            _logs[i] += Log(_canary.AsSpan(0, _canaryCount), canary, middle) + Log(_control.AsSpan(0, _controlCount), control, middle);
            largest = Math.Max(largest, _logs[i]);
        }

        double sum = 0;
        foreach (double log in _logs)
        {
            sum += Math.Exp(log - largest);
        }

        LogValue = largest + Math.Log(sum / _logs.Length);
        for (int i = 0; i < _controlCount; i++)
        {
            _controlSum += _control[i];
        }

        _controlSeen += _controlCount;
        _canaryCount = 0;
        _controlCount = 0;
    }

    private static double Log(ReadOnlySpan<double> losses, double theta, double middle)
    {
        double bad = theta / middle;
        double good = (1 - theta) / (1 - middle);
        double sum = 0;
        foreach (double loss in losses)
        {
            sum += Math.Log(loss * bad + (1 - loss) * good);
        }

        return sum;
    }
}
