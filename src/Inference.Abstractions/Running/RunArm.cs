using System.Globalization;

namespace Inference;

/// <summary>The part of a trial that a call was assigned to. Immutable; calls of one arm and stage share an instance.</summary>
/// <param name="Trial">The trial, such as the stamp of the decision that started it; without line breaks.</param>
/// <param name="Stage">The number of the stage, from 0: a change of the share begins a new one.</param>
/// <param name="Share">The share of calls that is routed to the treatment in this stage, above 0, below 1.</param>
/// <param name="IsTreatment">Whether the arm is the one on trial; false for the one that it is compared with.</param>
public sealed record RunArm(string Trial, int Stage, double Share, bool IsTreatment)
{
    /// <summary>Reads what <see cref="ToString"/> wrote; null if it is empty or something else.</summary>
    public static RunArm? Parse(string? text)
    {
        string[] parts = (text ?? "").Split(' ', 4);
        return parts.Length == 4 && parts[0] is "treatment" or "control"
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int stage)
            && double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double share)
            ? new RunArm(parts[3], stage, share, parts[0] == "treatment")
            : null;
    }

    /// <summary>One line, such as <c>treatment 2 0.25 2026-03-02T12:00:00Z</c>: arm, stage, share, trial.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsTreatment ? "treatment" : "control")} {Stage} {Share:R} {Trial}");
}
