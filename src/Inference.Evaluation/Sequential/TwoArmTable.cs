namespace Inference.Evaluation.Sequential;

/// <summary>The factors of <see cref="TwoArmTest"/> for stages with one share and one number of levels. Immutable.</summary>
internal sealed class TwoArmTable
{
    private static readonly double[] s_controls = [0.0005, 0.002, 0.006, 0.02, 0.05, 0.12, 0.25, 0.45, 0.7, 0.9];
    private static readonly double[] s_lifts = [0.002, 0.01, 0.03, 0.08, 0.2, 0.6];
    private static readonly double[] s_shareShifts = [0, -2, -1, -0.5, -0.25, -0.1, 0.1, 0.25, 0.5, 1, 2];

    // As far below 1 as the smallest control lies above 0.
    private const double LargestMean = 0.9995;

    private readonly double[] _shares;
    private readonly double[] _middles;
    private readonly double[] _above;
    private readonly double[] _below;
    private readonly double[] _treatment;
    private readonly double[] _control;
    private readonly int _width;

    public TwoArmTable(double share, int levels, double tolerance)
    {
        double odds = Math.Log(share / (1 - share));
        _shares = Array.ConvertAll(s_shareShifts, shift => 1 / (1 + Math.Exp(-(odds + shift))));
        _width = levels + 1;
        int cells = Alternatives * _shares.Length;
        (_middles, _above, _below) = (new double[cells], new double[cells], new double[cells]);
        (_treatment, _control) = (new double[cells * _width], new double[cells * _width]);
        for (int i = 0; i < cells; i++)
        {
            double control = s_controls[i / _shares.Length / s_lifts.Length];
            double treatment = control + ((LargestMean - control) * s_lifts[i / _shares.Length % s_lifts.Length]);
            double middle = (_shares[i % _shares.Length] * treatment) + ((1 - _shares[i % _shares.Length]) * control);
            (_middles[i], _above[i], _below[i]) = (middle, treatment - middle, middle - control);
            for (int level = 0; level < _width; level++)
            {
                double outcome = (double)level / levels;
                _treatment[(i * _width) + level] = Factor(outcome, treatment, middle);
                _control[(i * _width) + level] = Factor(outcome + (tolerance * (1 - outcome)), control, middle);
            }
        }
    }

    /// <summary>Pairs of θ₂ and lift.</summary>
    public static int Alternatives => s_controls.Length * s_lifts.Length;

    /// <summary>Adds ln E of a stage's counts to that of each alternative.</summary>
    public void AddTo(Span<double> logs, ArmCounts stage)
    {
        double treated = stage.Treatment.Total, controls = stage.Control.Total;
        if (treated == 0 && controls == 0)
        {
            return;
        }

        Span<double> terms = stackalloc double[_shares.Length], inside = stackalloc double[_shares.Length];
        for (int k = 0; k < _shares.Length; k++)
        {
            double share = treated / (treated + controls);
            inside[k] = (treated == 0 ? 0 : treated * Math.Log(share / _shares[k])) + (controls == 0 ? 0 : controls * Math.Log((1 - share) / (1 - _shares[k])));
        }

        for (int i = 0; i < logs.Length; i++)
        {
            for (int k = 0; k < _shares.Length; k++)
            {
                int cell = (i * _shares.Length) + k;
                double weight = k == 0 ? 0.5 : 0.5 / (_shares.Length - 1);
                terms[k] = Math.Log(weight) + Product(stage.Treatment, _treatment, cell) + Product(stage.Control, _control, cell) - Supremum(cell, treated, controls, inside[k]);
            }

            logs[i] += LogMean.SumOf(terms);
        }
    }

    private static double Factor(double outcome, double theta, double middle) => Math.Log((outcome * (theta / middle)) + ((1 - outcome) * ((1 - theta) / (1 - middle))));

    private double Product(OutcomeCounts counts, double[] factors, int cell)
    {
        double sum = 0;
        ReadOnlySpan<long> levels = counts.Counts;
        for (int level = 0; level < levels.Length; level++)
        {
            sum += levels[level] * factors[(cell * _width) + level];
        }

        return sum;
    }

    // The supremum of n₁·ln(1 + a·x) + n₂·ln(1 − b·x), concave in x, over the x of p from 0 to 1; inside that range it is n·KL(n₁/n ‖ ρ).
    private double Supremum(int cell, double treated, double controls, double inside)
    {
        double a = _above[cell], b = _below[cell], middle = _middles[cell];
        double x = ((treated * a) - (controls * b)) / (a * b * (treated + controls));
        double least = -1 / (1 - middle), most = 1 / middle;
        if (x >= least && x <= most)
        {
            return inside;
        }

        x = Math.Clamp(x, least, most);
        return (treated * Math.Log(1 + (a * x))) + (controls * Math.Log(1 - (b * x)));
    }
}
