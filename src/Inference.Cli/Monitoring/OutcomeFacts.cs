using Inference.Cli.Running;

namespace Inference.Cli.Monitoring;

/// <summary>What has to be known of reports before they are compared: arms, stages, and the range of outcomes.</summary>
internal sealed class OutcomeFacts
{
    // More distinct values than this are no arms or stages, but the wrong column.
    private const int MostArms = 32;
    private const int MostStages = 1_000;

    private static readonly HashSet<string> s_controls = new(StringComparer.OrdinalIgnoreCase) { "control", "default", "baseline", "champion", "incumbent", "old", "off", "false" };

    private readonly List<string> _arms = [];
    private readonly Dictionary<string, int> _stages = new(StringComparer.Ordinal);

    /// <summary>The arms, in the order of the file.</summary>
    public IReadOnlyList<string> Arms => _arms;

    /// <summary>The numbers of the stages by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, int> Stages => _stages;

    /// <summary>The smallest outcome.</summary>
    public double Lowest { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest outcome.</summary>
    public double Highest { get; private set; } = double.NegativeInfinity;

    /// <summary>Adds a report.</summary>
    /// <exception cref="UsageException">There are too many arms or stages, or the outcome is infinite.</exception>
    public void Add(OutcomeRow row, string armColumn, string outcomeColumn, string? stageColumn)
    {
        if (!_arms.Contains(row.Arm))
        {
            _arms.Add(_arms.Count < MostArms ? row.Arm : throw new UsageException($"--arm: expected a column of two arms, got more than {MostArms} values in '{armColumn}'. Choose the column that names the arm."));
        }

        if (!_stages.ContainsKey(row.Stage))
        {
            _stages[row.Stage] = _stages.Count < MostStages ? _stages.Count : throw new UsageException($"--stage: expected a column of stages, got more than {MostStages} values in '{stageColumn}'. Choose the column that numbers the stages.");
        }

        if (double.IsInfinity(row.Outcome))
        {
            throw new UsageException($"--outcome: expected finite outcomes, got {row.Outcome} in '{outcomeColumn}'. Clip them, or leave the row out.");
        }

        if (!double.IsNaN(row.Outcome))
        {
            (Lowest, Highest) = (Math.Min(Lowest, row.Outcome), Math.Max(Highest, row.Outcome));
        }
    }

    /// <summary>The arm that the other is compared with, and the other.</summary>
    /// <param name="control">The control's name if it is stated.</param>
    /// <param name="treatment">The treatment's name if it is stated.</param>
    /// <exception cref="UsageException">There are other than two arms to choose from.</exception>
    public (string Control, string Treatment) ChooseArms(string? control, string? treatment)
    {
        foreach (string stated in new[] { control, treatment }.OfType<string>())
        {
            if (!_arms.Contains(stated))
            {
                throw new UsageException($"--control, --treatment: expected one of {Names()}, got '{stated}'.");
            }
        }

        string[] others = [.. _arms.Where(a => a != control && a != treatment)];
        if (control is not null && treatment is not null)
        {
            return control != treatment ? (control, treatment) : throw new UsageException($"--control, --treatment: expected two arms, got '{control}' twice.");
        }

        if (_arms.Count != 2)
        {
            throw new UsageException($"--arm: expected two arms, got {_arms.Count}: {Names()}. State both by --control and --treatment.");
        }

        if (control is not null || treatment is not null)
        {
            return (control ?? others[0], treatment ?? others[0]);
        }

        string[] named = [.. _arms.Where(s_controls.Contains)];
        string first = named.Length == 1 ? named[0] : _arms.Order(StringComparer.Ordinal).First();
        return (first, _arms.Single(a => a != first));
    }

    private string Names() => _arms.Count == 0 ? "none" : string.Join(", ", _arms.Take(8).Select(static a => $"'{a}'")) + (_arms.Count > 8 ? ", …" : "");
}
