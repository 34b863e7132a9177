using System.CommandLine;
using System.Globalization;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Data;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Cli.Commands;

/// <summary>What the optimizing verbs share: options, progress, figures, output.</summary>
internal sealed class OptimizationCommands
{
    public Argument<string> Model { get; } = new("MODEL") { Description = "A float model: a file, or a folder with a model.onnx." };

    public Option<string> Output { get; } = new("-o", "--output") { Description = "Where to write the new model.", Required = true };

    public Option<string?> Data { get; } = new("--data") { Description = "Rows to calibrate on: .npz with one array for each input (rows first), .csv, or a folder of tensors." };

    public Option<string?> Schema { get; } = new("--schema") { Description = "For .csv: a JSON file that says which columns make which input." };

    public Option<string?> Test { get; } = new("--test-data") { Description = "Rows that the reported figures are measured on; else those of --data." };

    public Option<string?> Labels { get; } = new("--labels") { Description = "The column of true answers; without it models are compared by agreement." };

    public Option<string?> Slices { get; } = new("--slices") { Description = "Columns whose values make slices, separated by commas." };

    public Option<string?> Metric { get; } = new("--metric") { Description = $"One of {string.Join(", ", Optimization.Evaluation.Metric.Names)}. Default: accuracy with labels, else agreement." };

    public Option<string?> MaxDrop { get; } = new("--max-drop") { Description = "Greatest loss of the metric, such as 0.5% or 0.005." };

    public Option<string?> MaxSliceDrop { get; } = new("--max-slice-drop") { Description = "Greatest loss of a slice of at least 100 rows." };

    public Option<string> Backend { get; } = new("--backend") { Description = "Provider to run on: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seeds every random choice.", DefaultValueFactory = _ => 1 };

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads a run may use; 0: one for each processor." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the decision record as JSON." };

    public Option<string?> Report { get; } = new("--report") { Description = "Write a self-contained HTML report here." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would be done; write nothing." };

    public Option<string?> Library { get; } = Backends.LibraryOption();

    public Option<bool> Verbose { get; } = CommandRunner.Verbose();

    /// <summary>A verb with the shared options and its own.</summary>
    public Command Command(string name, string description, params Option[] own)
    {
        var command = new Command(name, description) { Model };
        Option[] shared = [Output, Data, Schema, Test, Labels, Slices, Metric, MaxDrop, MaxSliceDrop, Backend, Seed, Threads, Json, Report, DryRun, Library, Verbose];
        foreach (Option option in own.Concat(shared))
        {
            command.Options.Add(option);
        }

        return command;
    }

    public OptimizationContext Context(ParseResult result) => new()
    {
        Loader = Backends.Loader(result.GetValue(Backend)!, result.GetValue(Library)),
        LoadOptions = new ModelLoadOptions { Threads = result.GetValue(Threads) },
        Seed = result.GetValue(Seed),
        Progress = new ProgressLine(),
    };

    public static OnnxModel Load(string path)
    {
        string file = ModelSource.File(path).ResolveFile()!;
        return File.Exists(file) ? OnnxModel.Load(file) : throw new ModelLoadException($"{path}: expected a model file or a folder with a model.onnx, found nothing. Check the path.");
    }

    public IDataSource? Open(ParseResult result, Option<string?> option, OnnxModel model) => result.GetValue(option) is { } path
        ? DataSource.Open(path, result.GetValue(Schema) is { } schema ? CsvSchema.Load(schema) : null, [.. model.Graph.Inputs.Select(i => i.Name)])
        : null;

    public IDataSource Require(ParseResult result, OnnxModel model) => Open(result, Data, model)
        ?? throw new OptimizationException("--data: expected rows, got none. Give a .npz, a .csv or a folder of tensors.");

    public EvaluationOptions Evaluation(ParseResult result) => new()
    {
        Labels = result.GetValue(Labels),
        Slices = result.GetValue(Slices)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        Metric = Optimization.Evaluation.Metric.Parse(result.GetValue(Metric) ?? (result.GetValue(Labels) is null ? "agreement" : "accuracy")),
    };

    /// <summary>A share such as 0.5% or 0.005.</summary>
    public static double? Share(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        bool percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0
            ? percent ? value / 100 : value
            : throw new OptimizationException($"{option}: expected a share such as 0.5% or 0.005, got '{text}'.");
    }

    /// <summary>Measures the result where there is data, writes model and report, prints the verdict, and says whether the bounds hold.</summary>
    public async Task<int> FinishAsync(
        ParseResult result, OptimizationContext context, OnnxModel source, OnnxModel model, string verb, IEnumerable<LayerDecision> layers, CancellationToken cancellation)
    {
        IDataSource? calibration = Open(result, Data, source);
        IDataSource? judged = Open(result, Test, source) ?? calibration;
        DecisionRecord record = await DecisionRecord.CreateAsync(context, verb, source, model, layers, calibration, judged, Evaluation(result), cancellation).ConfigureAwait(false);
        double? drop = Share(result.GetValue(MaxDrop), "--max-drop");
        double? slice = Share(result.GetValue(MaxSliceDrop), "--max-slice-drop");
        bool met = record.Quality is not { } quality || ((drop is null || quality.Drop <= drop) && (slice is null || quality.WorstSliceDrop <= slice));
        record = record with { Met = met, Budget = drop is null && slice is null ? "" : $"drop ≤ {result.GetValue(MaxDrop) ?? "any"}, slice drop ≤ {result.GetValue(MaxSliceDrop) ?? "any"}" };
        record.WriteTo(model);
        return Write(result, model, record);
    }

    /// <summary>Writes model and report and prints the verdict.</summary>
    public int Write(ParseResult result, OnnxModel model, DecisionRecord record)
    {
        if (!result.GetValue(DryRun))
        {
            ModelOutput.Save(model, result.GetValue(Output)!, result.GetValue(Model)!);
            if (result.GetValue(Report) is { } report)
            {
                File.WriteAllText(report, HtmlReport.Render(record, Path.GetFileName(Path.TrimEndingDirectorySeparator(result.GetValue(Model)!))));
            }
        }

        Console.WriteLine(result.GetValue(Json) ? record.ToJson() : record.ToText());
        return record.Met ? ExitCodes.Done : ExitCodes.BoundNotMet;
    }
}
