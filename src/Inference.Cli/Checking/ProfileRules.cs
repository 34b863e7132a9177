using System.Globalization;
using Inference.Cli.Monitoring;
using Inference.Data;
using Inference.Monitoring;
using Inference.Optimization;
using Inference.Optimization.Gate;

namespace Inference.Cli.Checking;

/// <summary>The rules of a reference profile: the rows keep its rules of data quality, and the candidate's outputs on them are distributed as the profile's. A column refuses by an alarm; a warning is only told of.</summary>
internal static class ProfileRules
{
    private const int BatchRows = 256;

    public static async Task<IReadOnlyList<GateRule>> JudgeAsync(OptimizationContext context, string path, ReferenceProfile profile, string data, string? labels, CancellationToken cancellation)
    {
        await using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.File(path), context.LoadOptions.Clone(), cancellation).ConfigureAwait(false);
        string[] missing = [.. profile.Columns.Where(c => c.Side == ColumnSide.Output && !c.IsJoint).Select(static c => c.Tensor).Distinct().Where(name => runner.Info.Outputs.All(output => output.Name != name))];
        if (missing.Length > 0)
        {
            return [Rule("drift", string.Join(", ", missing), GateOutcome.Refused, "the profile has these outputs, and the candidate has not")];
        }

        ComparisonReport report = await CompareAsync(runner, profile, data, labels, cancellation).ConfigureAwait(false);
        if (report.State == MonitoringState.Learning)
        {
            return [Rule("drift", "outputs", GateOutcome.NotJudged, string.Create(CultureInfo.InvariantCulture, $"{report.Rows} rows are too few")) with { Rows = report.Rows }];
        }

        HashSet<string> outputs = [.. profile.Columns.Where(static c => c.Side == ColumnSide.Output).Select(static c => c.Name)];
        var rules = new List<GateRule> { Quality(report, profile) };
        foreach (ColumnVerdict column in report.Columns.Where(c => c.State == MonitoringState.Alarm || outputs.Contains(c.Name)))
        {
            bool alarm = column.State == MonitoringState.Alarm;
            string what = column.Rule is { } kind ? string.Create(CultureInfo.InvariantCulture, $"{kind}, Jensen–Shannon distance {column.JensenShannon:F4} bits") : "";
            rules.Add(Rule(outputs.Contains(column.Name) ? "drift" : "rows", column.Name, alarm ? GateOutcome.Refused : GateOutcome.Passed, column.State == MonitoringState.Warning ? $"warning: {what}" : what) with { Rows = report.Rows });
        }

        return rules;
    }

    private static GateRule Quality(ComparisonReport report, ReferenceProfile profile)
    {
        string findings = string.Join("; ", report.Quality.Select(static q => string.Create(CultureInfo.InvariantCulture, $"{q.Column} {q.Rule} in {q.Share:P2} of the rows: {q.Detail}")));
        return Rule("quality", $"profile {profile.Digest[..12]}", report.Quality.Count == 0 ? GateOutcome.Passed : GateOutcome.Refused, findings) with { Figure = report.Quality.Count, Bound = 0, Unit = GateUnit.Count, Rows = report.Rows };
    }

    private static GateRule Rule(string rule, string subject, GateOutcome outcome, string reason) => new() { Rule = rule, Subject = subject, Outcome = outcome, Required = true, Reason = reason };

    private static async Task<ComparisonReport> CompareAsync(IModelRunner runner, ReferenceProfile profile, string path, string? labels, CancellationToken cancellation)
    {
        WatchedData data = WatchedData.ForModel(path, runner, labels, profile.SegmentColumn, WatchedData.TimeOf(DataSource.Open(path), profile));
        var observed = new ObservedRows(profile);
        await foreach (WatchedRows rows in data.ReadAsync(BatchRows, cancellation).ConfigureAwait(false))
        {
            using (rows)
            {
                observed.Add(rows.Inputs, rows.Outputs, rows.Labels, rows.Times);
            }
        }

        return new WindowComparison(profile).Compare(observed);
    }
}
