using System.CommandLine;
using System.Globalization;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>Writes a report of rows beside a profile.</summary>
internal static class MonitorReportCommand
{
    public static Command Create()
    {
        var shared = new MonitorOptions();
        var output = new Option<string>("-o", "--output") { Description = "HTML file to write.", Required = true };
        var labels = new Option<string?>("--labels") { Description = "Column of true labels, for the realized metric beside the estimated one." };
        var title = new Option<string?>("--title") { Description = "Heading. Default: the name of the profile's model, or of the file of rows." };
        var bucket = new Option<int>("--bucket") { Description = "Rows of a bucket of the timeline, 1 to 1,048,576.", DefaultValueFactory = static _ => 100 };
        var runLength = new Option<double>("--expected-false-alarms") { Description = "Expected number of buckets until a false alarm of the timeline, above 1.", DefaultValueFactory = static _ => 10_000 };
        var command = new Command("report", "Writes a self-contained HTML report of rows beside a profile: verdict, performance, data quality, distributions, evidence over the rows, segments.") { shared.Profile, output, labels, title, bucket, runLength };
        foreach (Option option in shared.All.Where(o => o != shared.Json))
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            double tolerance = shared.ToleranceOf(result);
            int bucketRows = result.GetValue(bucket) is >= 1 and <= 1 << 20 and var rows ? rows : throw new UsageException($"--bucket: expected 1 to 1,048,576 rows, got {result.GetValue(bucket)}.");
            double expected = result.GetValue(runLength) is > 1 and < double.PositiveInfinity and var buckets ? buckets : throw new UsageException($"--expected-false-alarms: expected a finite number of buckets above 1, got {result.GetValue(runLength)}.");
            ReferenceProfile profile = ReferenceProfile.Load(result.GetValue(shared.Profile)!);
            using IModelRunner? model = await shared.LoadAsync(result, profile, cancellation).ConfigureAwait(false);
            WatchedData data = shared.Open(result, profile, model, result.GetValue(labels));
            bool inputsOnly = MonitorOptions.HasNoOutputs(data, model);
            string file = Path.GetFileName(Path.TrimEndingDirectorySeparator(result.GetValue(shared.Data)!));
            var report = new MonitoringReportBuilder(profile, new MonitoringReportOptions
            {
                Title = result.GetValue(title) ?? (profile.ModelName.Length > 0 ? null : file),
                Source = $"{file}, SHA-256 {data.Digest}",
                MadeAt = TimeProvider.System.GetUtcNow(),
                BucketRows = bucketRows,
                Comparison = new ComparisonOptions { Tolerance = tolerance, InputsOnly = inputsOnly },
                Stream = new StreamOptions { ExpectedFalseAlarms = expected, Tolerance = tolerance, InputsOnly = inputsOnly, MinimumRows = 1 },
            });
            await foreach (WatchedRows read in data.ReadAsync(bucketRows, cancellation).ConfigureAwait(false))
            {
                using (read)
                {
                    foreach (WatchedRows part in read.BySeason(profile))
                    {
                        using (part)
                        {
                            report.Add(part.Inputs, part.Outputs, part.Labels, part.Times);
                        }
                    }

                    if (progress.IsDue)
                    {
                        progress.Show(string.Create(CultureInfo.InvariantCulture, $"{read.FirstRow + read.Rows:N0} rows"), data.RowCount is > 0 ? (double)(read.FirstRow + read.Rows) / data.RowCount : null);
                    }
                }
            }

            MonitoringReport made = report.Build();
            await File.WriteAllTextAsync(result.GetValue(output)!, MonitoringReportPage.Render(made), cancellation).ConfigureAwait(false);
            progress.End();
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{MonitorCompareCommand.Verdict(made.Comparison.State)}: {made.Comparison.Rows:N0} rows, {made.Alarms.Count} alarms as a stream; written to {result.GetValue(output)}"));
            return ExitCodes.Done;
        }));
        return command;
    }
}
