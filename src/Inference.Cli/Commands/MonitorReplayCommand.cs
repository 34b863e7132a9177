using System.CommandLine;
using System.Globalization;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>Evaluates rows of a file as a stream.</summary>
internal static class MonitorReplayCommand
{
    public static Command Create()
    {
        var shared = new MonitorOptions();
        var bucket = new Option<int>("--bucket") { Description = "Rows of a bucket, after each of which the stream is judged, 1 to 1,048,576.", DefaultValueFactory = static _ => 100 };
        var runLength = new Option<double>("--expected-false-alarms") { Description = "Expected number of buckets until a false alarm, above 1.", DefaultValueFactory = static _ => 10_000 };
        var command = new Command("replay", "Evaluates rows in their order as a stream of buckets, with a stated rate of false alarms. Exit code 2: there are alarms.") { shared.Profile, bucket, runLength };
        foreach (Option option in shared.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            double tolerance = shared.ToleranceOf(result);
            if (result.GetValue(bucket) is < 1 or > 1 << 20)
            {
                throw new UsageException($"--bucket: expected 1 to 1,048,576 rows, got {result.GetValue(bucket)}.");
            }

            if (!(result.GetValue(runLength) > 1) || !double.IsFinite(result.GetValue(runLength)))
            {
                throw new UsageException($"--expected-false-alarms: expected a finite number of buckets above 1, got {result.GetValue(runLength)}.");
            }

            ReferenceProfile profile = ReferenceProfile.Load(result.GetValue(shared.Profile)!);
            using IModelRunner? model = await shared.LoadAsync(result, profile, cancellation).ConfigureAwait(false);
            WatchedData data = shared.Open(result, profile, model, labels: null);
            var stream = new StreamEvaluation(profile, new StreamOptions
            {
                ExpectedFalseAlarms = result.GetValue(runLength),
                Tolerance = tolerance,
                InputsOnly = MonitorOptions.HasNoOutputs(data, model),
                MinimumRows = 1,
            });
            List<StreamAlarm> alarms = await ReplayAsync(data, new ObservedRows(profile), stream, result.GetValue(bucket), progress, cancellation).ConfigureAwait(false);
            progress.End();
            Write(alarms, stream, result.GetValue(shared.Json));
            return alarms.Count > 0 ? ExitCodes.BoundNotMet : ExitCodes.Done;
        }));
        return command;
    }

    private static async Task<List<StreamAlarm>> ReplayAsync(WatchedData data, ObservedRows observed, StreamEvaluation stream, int bucket, WorkProgress progress, CancellationToken cancellation)
    {
        List<StreamAlarm> alarms = [];
        int season = -1;
        await foreach (WatchedRows rows in data.ReadAsync(bucket, cancellation).ConfigureAwait(false))
        {
            using (rows)
            {
                foreach (WatchedRows part in rows.BySeason(observed.Profile))
                {
                    using (part)
                    {
                        // A bucket ends with its season. A source may return fewer rows than it is asked for.
                        int own = part.Times is null ? -1 : observed.Profile.SeasonOf(part.Times[0]);
                        if (own != season && observed.Window.Rows > 0)
                        {
                            alarms.AddRange(stream.Add(observed.Drain()));
                        }

                        season = own;
                        observed.Add(part.Inputs, part.Outputs, labels: null, part.Times);
                    }

                    if (observed.Window.Rows >= bucket)
                    {
                        alarms.AddRange(stream.Add(observed.Drain()));
                    }
                }

                if (progress.IsDue)
                {
                    progress.Show(string.Create(CultureInfo.InvariantCulture, $"{rows.FirstRow + rows.Rows:N0} rows"), data.RowCount is > 0 ? (double)(rows.FirstRow + rows.Rows) / data.RowCount : null);
                }
            }
        }

        if (observed.Window.Rows > 0)
        {
            alarms.AddRange(stream.Add(observed.Drain()));
        }

        return alarms;
    }

    private static void Write(List<StreamAlarm> alarms, StreamEvaluation stream, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                if (alarms.Count > 0)
                {
                    writer.WriteNumber("first_alarm_row", alarms[0].Row);
                }
                else
                {
                    writer.WriteNull("first_alarm_row");
                }

                writer.WriteArray("alarms", alarms, alarm =>
                {
                    writer.WriteNumber("row", alarm.Row);
                    writer.WriteString("column", alarm.Column);
                    writer.WriteString("rule", alarm.Rule);
                    writer.WriteNumber("evidence", alarm.LogEvidence);
                    writer.WriteNumber("js", alarm.JensenShannon);
                });
            });
            return;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stream.Rows:N0} rows, {(alarms.Count == 0 ? "no alarm" : $"first alarm at row {alarms[0].Row:N0}")}"));
        ConsoleTable table = new ConsoleTable().Numbers("row").Text("column").Text("rule").Numbers("evidence", "js");
        foreach (StreamAlarm alarm in alarms)
        {
            table.Add(alarm.Row.ToString("N0", CultureInfo.InvariantCulture), alarm.Column, alarm.Rule, alarm.LogEvidence.ToString("F1", CultureInfo.InvariantCulture), alarm.JensenShannon.ToString("F4", CultureInfo.InvariantCulture));
        }

        table.Write();
    }
}
