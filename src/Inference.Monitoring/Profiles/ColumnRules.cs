using System.Globalization;
using Inference.Monitoring.Profiles;

namespace Inference.Monitoring;

/// <summary>What is required of the values of a column, learned with the profile and edited as JSON. Null: nothing is required.</summary>
public sealed record ColumnRules
{
    /// <summary>Whether the column is ignored: it is counted, and never judged. False by default.</summary>
    public bool Ignore { get; init; }

    /// <summary>The smallest share of values that must be present and not NaN, 0 to 1.</summary>
    public double? MinCompleteness { get; init; }

    /// <summary>The smallest value, below which values are out of range: that of the reference, because values are counted in its cells; another one is an error.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value, above which values are out of range: that of the reference; another one is an error.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether infinite values may occur.</summary>
    public bool AllowInfinite { get; init; }

    /// <summary>Whether values may occur that are not in the reference (categorical columns).</summary>
    public bool AllowUnseen { get; init; }

    /// <summary>The relative change of a cell's share that is not drift, 0 to 1; null for that of the options.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Requires that the smallest and the largest value are those of the reference, or not stated.</summary>
    internal void RequireRange(string column, ColumnFacts facts)
    {
        foreach ((string rule, double? stated, double own) in ((string, double?, double)[])[("minimum", Minimum, facts.Minimum), ("maximum", Maximum, facts.Maximum)])
        {
            if (stated is { } number && number != own)
            {
                throw new MonitoringException(string.Create(CultureInfo.InvariantCulture, $"Profile, column '{column}', rule '{rule}': expected {own}, that of the reference, or null for no limit, got {number}: values are counted in the reference's cells. Leave the rule out, or make the profile from rows of that range."));
            }
        }
    }
}
