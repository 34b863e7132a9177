using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>Compares rows with a reference profile.</summary>
internal static class MonitorCompareCommand
{
    // Few enough for the memory of any model, enough for its kernels.
    private const int BatchRows = 256;

    public static Command Create()
    {
        var shared = new MonitorOptions();
        var labels = new Option<string?>("--labels") { Description = "Column of true labels, for the realized metric beside the estimated one." };
        var command = new Command("compare", "Compares rows with a profile: drift, data quality, performance. Exit code 2: a warning or alarm.") { shared.Profile, labels };
        foreach (Option option in shared.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            double tolerance = shared.ToleranceOf(result);
            ReferenceProfile profile = ReferenceProfile.Load(result.GetValue(shared.Profile)!);
            using IModelRunner? model = await shared.LoadAsync(result, profile, cancellation).ConfigureAwait(false);
            WatchedData data = shared.Open(result, profile, model, result.GetValue(labels));
            var observed = new ObservedRows(profile);
            await foreach (WatchedRows rows in data.ReadAsync(BatchRows, cancellation).ConfigureAwait(false))
            {
                using (rows)
                {
                    observed.Add(rows.Inputs, rows.Outputs, rows.Labels, rows.Times);
                    if (progress.IsDue)
                    {
                        progress.Show(string.Create(CultureInfo.InvariantCulture, $"{rows.FirstRow + rows.Rows:N0} rows"), data.RowCount is > 0 ? (double)(rows.FirstRow + rows.Rows) / data.RowCount : null);
                    }
                }
            }

            progress.End();
            ComparisonReport report = new WindowComparison(profile, new ComparisonOptions { Tolerance = tolerance, InputsOnly = MonitorOptions.HasNoOutputs(data, model) }).Compare(observed);
            if (result.GetValue(shared.Json))
            {
                JsonOutput.Write(writer => Write(writer, report));
            }
            else
            {
                Print(report);
            }

            return report.State is MonitoringState.Warning or MonitoringState.Alarm ? ExitCodes.BoundNotMet : ExitCodes.Done;
        }));
        return command;
    }

    private static void Write(Utf8JsonWriter writer, ComparisonReport report)
    {
        writer.WriteString("verdict", Verdict(report.State));
        writer.WriteBoolean("judged", report.State != MonitoringState.Learning);
        writer.WriteNumber("rows", report.Rows);
        writer.WriteArray("columns", report.Columns, column =>
        {
            writer.WriteString("name", column.Name);
            writer.WriteString("verdict", Verdict(column.State));
            Number(writer, "js", column.JensenShannon);
            Number(writer, "psi", column.Psi);
            Number(writer, "ks", column.KolmogorovSmirnov);
            Number(writer, "evidence", column.Evidence);
            writer.WriteString("rule", column.Rule);
        });
        writer.WriteArray("quality", report.Quality, finding =>
        {
            writer.WriteString("column", finding.Column);
            writer.WriteString("rule", finding.Rule);
            Number(writer, "share", finding.Share);
            writer.WriteString("detail", finding.Detail);
        });
        if (report.Performance.Count == 0)
        {
            writer.WriteNull("performance");
            return;
        }

        writer.WriteStartObject("performance");
        Metric(writer, report.Performance[0]);
        writer.WriteArray("others", report.Performance.Skip(1), metric => Metric(writer, metric));
        writer.WriteEndObject();
    }

    private static void Metric(Utf8JsonWriter writer, PerformanceVerdict metric)
    {
        writer.WriteString("metric", metric.Metric);
        Number(writer, "reference", metric.Reference);
        Number(writer, "estimated", metric.Estimated);
        Number(writer, "low", metric.Low);
        Number(writer, "high", metric.High);
        Number(writer, "realized", metric.Realized);
        Number(writer, "reliability", metric.Reliability);
    }

    private static void Print(ComparisonReport report)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Verdict(report.State)}: {report.Rows:N0} rows{(report.State == MonitoringState.Learning ? ", too few to judge" : "")}"));
        ConsoleTable table = new ConsoleTable().Text("column").Text("verdict").Text("rule").Numbers("js", "psi", "ks", "evidence");
        foreach (ColumnVerdict column in report.Columns)
        {
            table.Add(column.Name, Verdict(column.State), column.Rule ?? "", Text(column.JensenShannon), Text(column.Psi), Text(column.KolmogorovSmirnov), column.Evidence.ToString("F1", CultureInfo.InvariantCulture));
        }

        table.Write();
        table = new ConsoleTable().Text("quality").Text("rule").Numbers("share").Text("");
        foreach (QualityFinding finding in report.Quality)
        {
            table.Add(finding.Column, finding.Rule, finding.Share.ToString("P2", CultureInfo.InvariantCulture), finding.Detail);
        }

        table.Write();
        table = new ConsoleTable().Text("metric").Numbers("reference", "estimated", "low", "high", "realized", "reliability");
        foreach (PerformanceVerdict metric in report.Performance)
        {
            table.Add(metric.Metric, Text(metric.Reference), Text(metric.Estimated), Text(metric.Low), Text(metric.High), double.IsNaN(metric.Realized) ? "" : Text(metric.Realized), metric.Reliability.ToString("P0", CultureInfo.InvariantCulture));
        }

        table.Write();
    }

    internal static string Verdict(MonitoringState state) => state switch
    {
        MonitoringState.Alarm => "alarm",
        MonitoringState.Warning => "warning",
        _ => "stable",
    };

    private static string Text(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    // JSON has no word for infinity: evidence without bound is the largest number.
    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNull(name);
        }
        else
        {
            writer.WriteNumber(name, double.IsPositiveInfinity(value) ? double.MaxValue : value);
        }
    }
}
