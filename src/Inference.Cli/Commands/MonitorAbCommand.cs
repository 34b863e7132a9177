using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>Compares the outcomes of two arms.</summary>
internal static class MonitorAbCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Reported outcomes, one row each: .npz or .npy (rows first), .csv, .parquet.", Required = true };
        var arm = new Option<string>("--arm") { Description = "Column that names the arm.", Required = true };
        var outcome = new Option<string>("--outcome") { Description = "Column of outcomes: 0 and 1, or numbers within --range. A missing one is an outcome that is not known.", Required = true };
        var id = new Option<string?>("--id") { Description = "Column that identifies the unit: only the first row of a unit counts. Default: each row is a unit." };
        var stage = new Option<string?>("--stage") { Description = "Column of stages: times between which shares, or means of both arms, changed." };
        var share = new Option<string?>("--share") { Description = "Treatment's share of the units, above 0 and below 1, or STAGE=SHARE,…: finds a sample-ratio mismatch. Default: not judged." };
        var range = new Option<string?>("--range") { Description = "LOWEST,HIGHEST possible outcome; others are clipped. Default: 0,1 if outcomes lie within, otherwise those of the file." };
        var control = new Option<string?>("--control") { Description = "Arm that the other is compared with. Default: the one named control, default or the like, otherwise the first by name." };
        var treatment = new Option<string?>("--treatment") { Description = "The other arm, if there are more than two." };
        var lower = new Option<bool>("--lower-is-better") { Description = "Lower outcomes are better." };
        var alpha = new Option<double>("--alpha") { Description = "Probability that the interval ever excludes the true difference, above 0, below 1.", DefaultValueFactory = static _ => 0.05 };
        var report = new Option<string?>("-o", "--output") { Description = "HTML report to write." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("ab", "Compares the outcomes of two arms: estimate, interval and verdict that hold however often one looks. Exit code 2: the treatment is worse, or the arms' shares are not the stated ones.")
        {
            data, arm, outcome, id, stage, share, range, control, treatment, lower, alpha, report, json, verbose,
        };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            var shares = new StageShares(result.GetValue(share));
            double level = result.GetValue(alpha) is > 0 and < 1 and var stated ? stated : throw new UsageException($"--alpha: expected a probability above 0 and below 1, got {result.GetValue(alpha)}.");
            string path = result.GetValue(data)!;
            var rows = new OutcomeRows(path, result.GetValue(arm)!, result.GetValue(outcome)!, result.GetValue(id), result.GetValue(stage));
            var facts = new OutcomeFacts();
            await foreach (OutcomeRow row in rows.ReadAsync(cancellation).ConfigureAwait(false))
            {
                facts.Add(row, result.GetValue(arm)!, result.GetValue(outcome)!, result.GetValue(stage));
            }

            shares.RequireIn(facts.Stages);
            (string controlArm, string treatmentArm) = facts.ChooseArms(result.GetValue(control), result.GetValue(treatment));
            (double lowest, double highest, bool fromData) = RangeOf(result.GetValue(range), facts);
            var timeline = new OutcomeTimeline(new OutcomeComparisonOptions
            {
                Lowest = lowest, Highest = highest, LowerIsBetter = result.GetValue(lower), Alpha = level, ControlName = controlArm, TreatmentName = treatmentArm,
            });
            foreach ((string name, int number) in facts.Stages)
            {
                timeline.Comparison.BeginStage(number, shares.Of(name));
            }

            long read = 0;
            await foreach (OutcomeRow row in rows.ReadAsync(cancellation).ConfigureAwait(false))
            {
                read++;
                if (row.Arm == controlArm || row.Arm == treatmentArm)
                {
                    _ = result.GetValue(report) is null
                        ? timeline.Comparison.Add(row.Arm == treatmentArm, row.Outcome, facts.Stages[row.Stage], row.Id)
                        : timeline.Add(row.Arm == treatmentArm, row.Outcome, facts.Stages[row.Stage], row.Id);
                }

                if (progress.IsDue)
                {
                    progress.Show(string.Create(CultureInfo.InvariantCulture, $"{read:N0} rows"), rows.RowCount is > 0 ? (double)read / rows.RowCount : null);
                }
            }

            OutcomeReport found = timeline.Comparison.Evaluate();
            if (result.GetValue(report) is { } file)
            {
                string title = $"{treatmentArm} against {controlArm}: {result.GetValue(outcome)}";
                await File.WriteAllTextAsync(file, OutcomeReportPage.Render(found, timeline.Evaluate(), title, $"{Path.GetFileName(path)}, SHA-256 {rows.Digest}"), cancellation).ConfigureAwait(false);
            }

            progress.End();
            if (result.GetValue(json))
            {
                JsonOutput.Write(writer => Write(writer, found, fromData, level));
            }
            else
            {
                Print(found, fromData, level);
            }

            return found.SampleRatioMismatch || found.Verdict == OutcomeVerdict.Worse ? ExitCodes.BoundNotMet : ExitCodes.Done;
        }));
        return command;
    }

    private static (double Lowest, double Highest, bool FromData) RangeOf(string? text, OutcomeFacts facts)
    {
        if (text is not null)
        {
            string[] parts = text.Split(',');
            return parts.Length == 2
                && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double lowest) && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double highest)
                && lowest < highest && double.IsFinite(highest - lowest)
                ? (lowest, highest, false)
                : throw new UsageException($"--range: expected LOWEST,HIGHEST such as 0,100, got '{text}'.");
        }

        // Without a range, that of the file: not exactly what is promised, since it was known only afterwards.
        return facts.Lowest >= 0 && facts.Highest <= 1 || !(facts.Lowest < facts.Highest) ? (Math.Min(0, Finite(facts.Lowest)), Math.Max(1, Finite(facts.Highest)), false) : (facts.Lowest, facts.Highest, true);
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0;

    private static void Write(Utf8JsonWriter writer, OutcomeReport report, bool fromData, double alpha)
    {
        writer.WriteArray("arms", [report.Control, report.Treatment], arm =>
        {
            writer.WriteString("name", arm.Name);
            writer.WriteNumber("rows", arm.Rows);
            Number(writer, "mean", arm.Mean);
            writer.WriteNumber("unknown", arm.Units - arm.Rows);
        });
        Number(writer, "difference", report.Difference);
        writer.WriteStartArray("interval");
        writer.WriteNumberValue(report.Low);
        writer.WriteNumberValue(report.High);
        writer.WriteEndArray();
        writer.WriteString("verdict", Verdict(report.Verdict));
        writer.WriteStartObject("sampleRatio");
        Number(writer, "evidence", report.SampleRatioLogEvidence);
        writer.WriteBoolean("mismatch", report.SampleRatioMismatch);
        writer.WriteEndObject();
        writer.WriteNumber("alpha", alpha);
        writer.WriteNumber("stages", report.Stages);
        writer.WriteBoolean("constant", report.IsConstant);
        writer.WriteNumber("duplicates", report.Duplicates);
        writer.WriteNumber("crossed", report.Crossed);
        writer.WriteStartObject("range");
        writer.WriteNumber("lowest", report.Lowest);
        writer.WriteNumber("highest", report.Highest);
        writer.WriteBoolean("fromData", fromData);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else if (double.IsPositiveInfinity(value))
        {
            // JSON has no word for infinity.
            writer.WriteNumber(name, double.MaxValue);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Print(OutcomeReport report, bool fromData, double alpha)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Verdict(report.Verdict)}: {report.Treatment.Name} − {report.Control.Name} = {Text(report.Difference)}, {1 - alpha:P0} interval {Text(report.Low)} to {Text(report.High)}"));
        ConsoleTable table = new ConsoleTable().Text("arm").Numbers("rows", "mean", "unknown");
        foreach (OutcomeArm arm in new[] { report.Control, report.Treatment })
        {
            table.Add(arm.Name, arm.Rows.ToString("N0", CultureInfo.InvariantCulture), Text(arm.Mean), (arm.Units - arm.Rows).ToString("N0", CultureInfo.InvariantCulture));
        }

        table.Write();
        foreach (string note in Notes(report, fromData))
        {
            Console.Out.WriteLine(note);
        }
    }

    private static IEnumerable<string> Notes(OutcomeReport report, bool fromData)
    {
        if (report.SampleRatioMismatch)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"sample-ratio mismatch: {report.Control.Units:N0} and {report.Treatment.Units:N0} units are not the stated shares (ln of evidence {report.SampleRatioLogEvidence:F1}). The difference is not to be trusted: find what decides who is in an arm.");
        }

        if (!report.IsConstant)
        {
            yield return "the difference is not the same in all stages; the interval covers those of the stages.";
        }

        if (report.Duplicates > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{report.Duplicates:N0} rows repeat an id and were not counted{(report.Crossed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {report.Crossed:N0} of them in the other arm") : "")}.");
        }

        if (fromData)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"outcomes from {report.Lowest:G6} to {report.Highest:G6}, as in the file: state --range if others are possible.");
        }
    }

    private static string Verdict(OutcomeVerdict verdict) => verdict switch
    {
        OutcomeVerdict.Better => "better",
        OutcomeVerdict.Worse => "worse",
        _ => "undecided",
    };

    private static string Text(double value) => double.IsNaN(value) ? "–" : value.ToString("F4", CultureInfo.InvariantCulture);
}
