using System.CommandLine;
using System.Globalization;
using System.Text;
using Inference.Cli.Monitoring;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Monitoring;

namespace Inference.Cli.Commands;

/// <summary>Makes a reference profile.</summary>
internal static class MonitorProfileCommand
{
    // Few enough for the memory of any model, enough for its kernels.
    private const int BatchRows = 256;

    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "Model file, or a folder that contains model.onnx, whose inputs and outputs are profiled. Default: all arrays of --data.", Arity = ArgumentArity.ZeroOrOne };
        var data = new Option<string[]>("--data") { Description = "Reference rows: .npz or .npy (rows first), .csv, .parquet, or a folder of .npy files. May be given several times.", Required = true };
        var labels = new Option<string?>("--labels") { Description = "Column of true labels, by which performance is estimated later." };
        var columns = new Option<string?>("--columns") { Description = "JSON file that states sides, kinds, titles and rules of columns, where they should not be inferred." };
        var segments = new Option<string?>("--segments") { Description = "Categorical column whose values, up to 16, are watched as segments." };
        var time = new Option<string?>("--time") { Description = "Column of the rows' times, for --season: texts such as 2026-03-01T13:30:00Z, or seconds, milliseconds, microseconds or nanoseconds since 1970." };
        var season = new Option<string?>("--season") { Description = "Compare rows with references of their own by time: hour (of the day), day (of the week) or week (hour of the week)." };
        var zone = new Option<string?>("--time-zone") { Description = "Time zone of --season, such as Europe/Berlin. Default: UTC." };
        var output = new Option<string>("-o", "--output") { Description = "File to write the profile to.", Required = true };
        var schema = new Option<string?>("--schema") { Description = "File to write the columns to as JSON, to be edited and passed to --columns." };
        var json = new Option<bool>("--json") { Description = "Print the columns as JSON." };
        var backend = new Option<string>("--backend") { Description = "Provider to use: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };
        var threads = new Option<int>("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("profile", "Makes a reference profile of rows, and of MODEL's outputs on them.") { model, data, labels, columns, segments, time, season, zone, output, schema, json, backend, threads, library, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async progress =>
        {
            ReferenceProfileOptions options = result.GetValue(columns) is { } file ? ReferenceProfileOptions.Load(file) : new();
            options = options with { SegmentColumn = result.GetValue(segments) ?? options.SegmentColumn, CountRepeats = true, CountAllPairs = true, CountJoint = true };
            options = WithSeason(options, result.GetValue(season), result.GetValue(time), result.GetValue(zone));
            using IModelRunner? runner = result.GetValue(model) is { } path
                ? await Backends.Loader(result.GetValue(backend)!, result.GetValue(library)).LoadAsync(ModelSource.File(path), new ModelLoadOptions { Threads = result.GetValue(threads) }, cancellation).ConfigureAwait(false)
                : null;
            string? labelColumn = result.GetValue(labels);
            var sources = new List<WatchedData>();
            foreach (string rows in result.GetValue(data)!)
            {
                sources.Add(runner is null
                    ? await WatchedData.OfColumnsAsync(rows, labelColumn, options, cancellation).ConfigureAwait(false)
                    : WatchedData.ForModel(rows, runner, labelColumn, options.SegmentColumn, options.TimeColumn.Length > 0 ? options.TimeColumn : null));
            }

            ReferenceProfile profile = await MakeAsync(sources, runner?.Info, options, progress, cancellation).ConfigureAwait(false);
            profile.Save(result.GetValue(output)!);
            if (result.GetValue(schema) is { } schemaFile)
            {
                await File.WriteAllTextAsync(schemaFile, profile.ToJson(), cancellation).ConfigureAwait(false);
            }

            progress.End();
            foreach (string note in profile.Notes)
            {
                await Console.Error.WriteLineAsync($"note: {note}").ConfigureAwait(false);
            }

            if (result.GetValue(json))
            {
                Console.Out.WriteLine(profile.ToJson());
            }
            else
            {
                Print(profile);
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    private static ReferenceProfileOptions WithSeason(ReferenceProfileOptions options, string? season, string? time, string? zone)
    {
        if (season is null)
        {
            return zone is null ? options with { TimeColumn = time ?? options.TimeColumn } : throw new UsageException("--time-zone: expected --season too, got none.");
        }

        ProfileSeason kind = season switch
        {
            "hour" => ProfileSeason.HourOfDay,
            "day" => ProfileSeason.DayOfWeek,
            "week" => ProfileSeason.HourOfWeek,
            _ => throw new UsageException($"--season: expected hour, day or week, got '{season}'."),
        };
        return options with { Season = kind, TimeColumn = time ?? throw new UsageException("--season: expected the column of times in --time, got none."), SeasonTimeZone = zone ?? "" };
    }

    private static async Task<ReferenceProfile> MakeAsync(List<WatchedData> sources, ModelInfo? model, ReferenceProfileOptions options, WorkProgress progress, CancellationToken cancellation)
    {
        using var builder = new ReferenceProfileBuilder(model, options with { Source = string.Join(" ", sources.Select(static s => s.Digest)) });
        long? total = sources.Sum(static s => s.RowCount);
        foreach (WatchedData source in sources)
        {
            await foreach (WatchedRows rows in source.ReadAsync(BatchRows, cancellation).ConfigureAwait(false))
            {
                using (rows)
                {
                    builder.Add(rows.Inputs, rows.Outputs, rows.Labels, options.Season == ProfileSeason.None ? null : rows.Times);
                    if (progress.IsDue)
                    {
                        progress.Show(string.Create(CultureInfo.InvariantCulture, $"{builder.Rows:N0} rows"), total is > 0 ? (double)builder.Rows / total : null);
                    }
                }
            }
        }

        return builder.Build();
    }

    private static void Print(ReferenceProfile profile)
    {
        ConsoleTable table = new ConsoleTable().Text("column").Text("side").Text("kind").Text("type").Numbers("distinct", "complete", "minimum", "maximum");
        foreach (ReferenceColumn column in profile.Columns.Where(static c => !c.IsJoint))
        {
            table.Add(
                column.Title is null ? column.Name : $"{column.Name} {column.Title}",
                column.Side.ToString().ToLowerInvariant(),
                column.Kind.ToString().ToLowerInvariant(),
                column.ElementType.Name(),
                column.Distinct.ToString("N0", CultureInfo.InvariantCulture),
                column.Completeness.ToString("P1", CultureInfo.InvariantCulture),
                Text(column.Minimum),
                Text(column.Maximum));
        }

        table.Write();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{profile.Rows:N0} rows, {profile.Columns.Count(static c => !c.IsJoint)} columns{Joint(profile)}{(profile.Segments.Count > 0 ? $", {profile.Segments.Count} segments of {profile.SegmentColumn}" : "")}, digest {profile.Digest[..12]}"));
    }

    private static string Joint(ReferenceProfile profile)
    {
        var text = new StringBuilder();
        foreach ((ColumnDerivation derivation, string name) in ((ColumnDerivation, string)[])[(ColumnDerivation.Pair, "pairs"), (ColumnDerivation.Residual, "residuals"), (ColumnDerivation.Parity, "parities")])
        {
            int count = profile.Columns.Count(c => c.Derivation == derivation);
            text.Append(count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count} {name}"));
        }

        return text.ToString();
    }

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("G6", CultureInfo.InvariantCulture);
}
