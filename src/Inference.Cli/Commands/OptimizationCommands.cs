using System.CommandLine;
using System.Globalization;
using Inference.Cli.Data;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Cli.Commands;

/// <summary>The parts that the optimizing commands share: options, progress, measurements, output.</summary>
internal sealed class OptimizationCommands
{
    public Argument<string> Model { get; } = new("MODEL") { Description = "Float model: a file, or a folder that contains model.onnx." };

    public Option<string> Output { get; } = new("-o", "--output") { Description = "File to write the new model to; required unless --dry is given." };

    public Option<string?> Data { get; } = new("--data") { Description = "Rows: .npz or .npy (rows first), .csv, .parquet, a folder of tensors, or a folder with the files calib, search, test and train, each used for its purpose." };

    public Option<string?> SchemaFile { get; } = new("--schema") { Description = "JSON file that maps columns to inputs, if names and shapes do not determine the mapping." };

    public Option<string?> Test { get; } = new("--test-data") { Description = "Rows to measure the reported values on. Default: the test file of --data, otherwise the calibration rows." };

    public Option<string?> Labels { get; } = new("--labels") { Description = "Column of true labels; without it models are compared by the metric agreement." };

    public Option<string?> Slices { get; } = new("--slices") { Description = "Columns whose values form slices, separated by commas." };

    public Option<string?> Metric { get; } = new("--metric") { Description = $"One of {string.Join(", ", MetricCatalog.Names)}, topK, ndcgK, pinballQ. Several, separated by commas, each keep the budget. Default: with labels, that of the model's task (accuracy, token_accuracy, rmse, box_iou), otherwise agreement." };

    public Option<string?> OutputName { get; } = new("--output-name") { Description = "Output to evaluate. Default: the one that predicts the labels, or for agreement the first." };

    public Option<string?> MaxDrop { get; } = new("--max-drop") { Description = "Largest accepted drop of the metric, such as 0.5% or 0.005; it is compared with the upper end of the drop's paired interval." };

    public Option<string?> MaxSliceDrop { get; } = new("--max-slice-drop") { Description = "Largest accepted drop of a slice of at least 100 rows." };

    public Option<string?> MaxGapGrowth { get; } = new("--max-gap-growth") { Description = "Largest accepted growth of the gap of a rate between the slices of a column: of two classes the positive, true positive and false positive rates, of more the accuracy." };

    public Option<double?> MinSpeedup { get; } = new("--min-speedup") { Description = "Minimum measured ratio of the source's time to the result's." };

    public Option<string> Backend { get; } = new("--backend") { Description = "Provider to use: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of every random choice.", DefaultValueFactory = _ => 1 };

    public Option<int> Threads { get; } = new("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the decision record as JSON." };

    public Option<string?> Report { get; } = new("--report") { Description = "File to write a self-contained HTML report to." };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Print what would be done, and write nothing." };

    public Option<bool> Dry { get; } = new("--dry") { Description = "Show how the columns of --data are mapped, read all rows, evaluate MODEL on the labels, and stop." };

    public Option<string?> Library { get; } = Backends.LibraryOption();

    public Option<bool> Verbose { get; } = CommandRunner.Verbose();

    /// <summary>Creates a command with the shared options and its own.</summary>
    public Command Command(string name, string description, params Option[] own)
    {
        var command = new Command(name, description) { Model };
        Option[] shared = [Output, Data, SchemaFile, Test, Labels, Slices, Metric, OutputName, MaxDrop, MaxSliceDrop, MaxGapGrowth, MinSpeedup, Backend, Seed, Threads, Json, Report, DryRun, Dry, Library, Verbose];
        foreach (Option option in own.Concat(shared))
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (!result.GetValue(Dry) && result.GetResult(Output) is null)
            {
                result.AddError("Option '-o' is required.");
            }
        });
        return command;
    }

    public OptimizationContext Context(ParseResult result, WorkProgress progress) => new()
    {
        Loader = Backends.Loader(result.GetValue(Backend)!, result.GetValue(Library)),
        LoadOptions = new ModelLoadOptions { Threads = result.GetValue(Threads) },
        Seed = result.GetValue(Seed),
        Progress = progress,
    };

    public static OnnxModel Load(string path)
    {
        string file = ModelSource.File(path).ResolveFile()!;
        return File.Exists(file) ? ModelLoader.ReadModel(ModelSource.File(file), new ModelLoadOptions { Keys = KeyFile.Provider }) : throw new ModelLoadException($"{path}: expected a model file or a folder that contains model.onnx, found neither. Check the path.");
    }

    /// <summary>Opens rows and maps them to the model's inputs, as declared by the provider that runs it. Rows for calibration and training need no labels if other rows are evaluated.</summary>
    public async Task<Func<string, MappedDataSource>> OpenerAsync(ParseResult result, OptimizationContext context, CancellationToken cancellation)
    {
        DataSchema? schema = result.GetValue(SchemaFile) is { } file ? DataSchema.Load(file) : null;
        EvaluationOptions evaluation = Evaluation(result);
        bool othersAreEvaluated = Directory.Exists(result.GetValue(Data)) && (result.GetValue(Test) is not null
            || DataSource.Extensions.Any(e => File.Exists(Path.Combine(result.GetValue(Data)!, "test" + e)) || File.Exists(Path.Combine(result.GetValue(Data)!, "search" + e))));
        IReadOnlyList<ModelPort> inputs = [];
        if (result.GetValue(Data) is not null)
        {
            using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.File(result.GetValue(Model)!), context.LoadOptions.Clone(), cancellation).ConfigureAwait(false);
            inputs = runner.Info.Inputs;
        }

        return path => MappedDataSource.Open(path, inputs, new MappingOptions
        {
            Labels = evaluation.Labels,
            Slices = evaluation.Slices,
            InputsOnly = othersAreEvaluated && Path.GetFileNameWithoutExtension(path) is "calib" or "train",
            Schema = schema,
        });
    }

    public static IDataSource? Open(ParseResult result, Option<string?> option, Func<string, MappedDataSource> open) => result.GetValue(option) is { } path ? open(path) : null;

    /// <summary>The roles of the rows of --data; null if there are none.</summary>
    public DataRoles? Roles(ParseResult result, Func<string, MappedDataSource> open, bool split = false)
    {
        DataRoles? roles = result.GetValue(Data) is { } path ? DataRoles.Open(path, split, open) : null;
        return Open(result, Test, open) is { } test && roles is not null ? new DataRoles { Train = roles.Train, Calibrate = roles.Calibrate, Search = roles.Search, Report = test } : roles;
    }

    /// <summary>Shows how all given rows are mapped.</summary>
    public async Task<int> DryAsync(ParseResult result, OptimizationContext context, OnnxModel model, Func<string, MappedDataSource> open, CancellationToken cancellation, params Option<string?>[] more)
    {
        var opened = new List<MappedDataSource>();
        IDataSource Keep(string path)
        {
            opened.Add(open(path));
            return opened[^1];
        }

        string data = result.GetValue(Data) ?? throw new OptimizationException("--data: expected rows, got none. Pass a .npz, .csv or .parquet file, or a folder of tensors.");
        DataRoles.Open(data, split: false, Keep);
        foreach (string path in more.Append(Test).Select(result.GetValue).OfType<string>())
        {
            Keep(path);
        }

        EvaluationOptions options = Evaluation(result);
        return await Cli.Data.DryRun.PrintAsync(
            [.. opened.DistinctBy(static source => source.Name)],
            result.GetValue(Json),
            options.Labels is null || options.Metric?.Name == "agreement" ? null : rows => ModelComparer.MeasureAsync(context, model, rows, options, cancellation),
            cancellation).ConfigureAwait(false);
    }

    public DataRoles Require(ParseResult result, Func<string, MappedDataSource> open, bool split = false) => Roles(result, open, split)
        ?? throw new OptimizationException("--data: expected rows, got none. Pass a .npz, .csv or .parquet file, or a folder of tensors.");

    public EvaluationOptions Evaluation(ParseResult result)
    {
        Metric[] metrics = [.. (result.GetValue(Metric) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).Select(MetricCatalog.Parse)];
        return new()
        {
            Labels = result.GetValue(Labels),
            Slices = result.GetValue(Slices)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            Metric = metrics.Length > 0 ? metrics[0] : result.GetValue(Labels) is null ? MetricCatalog.Parse("agreement") : null,
            OtherMetrics = [.. metrics.Skip(1)],
            Output = result.GetValue(OutputName),
            MaxDrop = Share(result.GetValue(MaxDrop), "--max-drop"),
            MaxSliceDrop = Share(result.GetValue(MaxSliceDrop), "--max-slice-drop"),
            MaxGapGrowth = Share(result.GetValue(MaxGapGrowth), "--max-gap-growth"),
        };
    }

    /// <summary>A share such as 0.5% or 0.005.</summary>
    public static double? Share(string? text, string option)
    {
        if (text is null)
        {
            return null;
        }

        bool percent = text.EndsWith('%');
        if (!double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) || !(value >= 0))
        {
            throw new UsageException($"{option}: expected a share such as 0.5% or 0.005, got '{text}'.");
        }

        // 5 would be 500 %: no drop is that large, so a percent sign was left out.
        double share = percent ? value / 100 : value;
        return share <= 1 ? share
            : throw new UsageException(FormattableString.Invariant($"{option}: expected a share of at most 100 %, got '{text}', which is {share * 100:0.###} %. Write {(percent ? "a smaller percentage" : $"{text}%")}."));
    }

    /// <summary>Measures the result if there is data, loaded by <paramref name="loader"/> if there is one, writes model and report, prints the verdict, and returns whether the bounds are met.</summary>
    public async Task<int> FinishAsync(
        ParseResult result,
        WorkProgress progress,
        OptimizationContext context,
        OnnxModel source,
        OnnxModel model,
        string verb,
        IEnumerable<LayerDecision> layers,
        DataRoles? roles,
        ReportDetails? details,
        CancellationToken cancellation,
        SourceJudge? judge,
        IModelLoader? loader = null)
    {
        DecisionRecord record = await DecisionRecord.CreateAsync(
            context,
            new DecisionRecordRequest
            {
                Verb = verb,
                Source = source,
                Model = model,
                Layers = [.. layers],
                Calibration = roles?.Calibrate,
                Judged = Evaluated(roles),
                Evaluation = Evaluation(result),
                Judge = judge,
                Loader = loader,
            },
            cancellation).ConfigureAwait(false);
        return Write(result, progress, source, model, Judged(result, record), details);
    }

    /// <summary>Validates, before the work, that what will be written can be written and is no input.</summary>
    public void RequireOutputs(ParseResult result, OnnxModel model)
    {
        if (result.GetValue(DryRun))
        {
            return;
        }

        IReadOnlyList<string> external = model.GetExternalDataFiles();
        string[] outputs = [.. new[] { result.GetValue(Output), result.GetValue(Report) }.OfType<string>()];
        if (outputs.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).Count() < outputs.Length)
        {
            throw new UsageException($"--report: expected a file other than the model's, got '{outputs[1]}' for both. Choose another path.");
        }

        foreach (string output in outputs)
        {
            OutputFile.RequireOther(output, [.. new[] { result.GetValue(Data), result.GetValue(Test), result.GetValue(SchemaFile) }.OfType<string>()]);
            ModelOutput.Require(output, result.GetValue(Model)!, external);
        }
    }

    /// <summary>Evaluates the source model before the work, so that missing columns and metrics that do not fit are found then; null if there are no rows.</summary>
    public async Task<SourceJudge?> JudgeAsync(ParseResult result, OptimizationContext context, OnnxModel model, DataRoles? roles, CancellationToken cancellation) =>
        Evaluated(roles) is { } rows ? await SourceJudge.CreateAsync(context, model, rows, Evaluation(result), null, cancellation).ConfigureAwait(false) : null;

    // Rows of their own for the report if there are some, otherwise those that calibration does not use, otherwise the same.
    private static IDataSource? Evaluated(DataRoles? roles) => roles?.Report ?? roles?.Search;

    /// <summary>Adds the verdict on the given bounds to the record.</summary>
    public DecisionRecord Judged(ParseResult result, DecisionRecord record)
    {
        double? drop = Share(result.GetValue(MaxDrop), "--max-drop");
        double? slice = Share(result.GetValue(MaxSliceDrop), "--max-slice-drop");
        double? gap = Share(result.GetValue(MaxGapGrowth), "--max-gap-growth");
        double? speedup = result.GetValue(MinSpeedup);
        double time = record.Cascade?.Microseconds ?? record.Microseconds;
        string slow = speedup is null || (record.Quality is not null && time * speedup <= record.SourceMicroseconds)
            ? ""
            : FormattableString.Invariant($"speedup {(time > 0 ? record.SourceMicroseconds / time : double.NaN):F2} is below {speedup:F2}");

        // A student serves as part of its cascade, so the cascade's drop counts, not that of the student alone.
        VerdictOutcome? outcome = record.Cascade is { } cascade && drop is not null ? (cascade.Drop <= drop ? VerdictOutcome.Met : VerdictOutcome.NotMet) : record.Quality?.Verdict;
        string reason = outcome is VerdictOutcome.Met or null ? "" : record.Cascade is { } held && drop is not null ? FormattableString.Invariant($"drop {held.Drop * 100:F2} % of the cascade exceeds the budget") : record.Quality!.Objection();
        if (record.Quality is null && (drop ?? slice ?? gap) is not null)
        {
            (outcome, reason) = (VerdictOutcome.NotJudged, "there are no rows to evaluate on");
        }

        bool met = outcome is VerdictOutcome.Met or null && slow.Length == 0;
        VerdictOutcome? verdict = drop is null && slice is null && gap is null && speedup is null ? null : met ? VerdictOutcome.Met : slow.Length == 0 ? outcome : VerdictOutcome.NotMet;
        string[] bounds =
        [
            .. drop is null ? Array.Empty<string>() : [$"drop ≤ {result.GetValue(MaxDrop)}"],
            .. slice is null ? Array.Empty<string>() : [$"slice drop ≤ {result.GetValue(MaxSliceDrop)}"],
            .. gap is null ? Array.Empty<string>() : [$"gap growth ≤ {result.GetValue(MaxGapGrowth)}"],
            .. speedup is null ? Array.Empty<string>() : [FormattableString.Invariant($"speedup ≥ {speedup}")],
        ];
        return record with { Met = met, Verdict = verdict, Reason = string.Join("; ", new[] { reason, slow }.Where(static r => r.Length > 0)), Budget = string.Join(", ", bounds) };
    }

    /// <summary>Writes model and report, and prints the verdict.</summary>
    /// <exception cref="UnsupportedModelException">The new file would be larger than the source's.</exception>
    public int Write(ParseResult result, WorkProgress progress, OnnxModel source, OnnxModel model, DecisionRecord record, ReportDetails? details)
    {
        record.WriteTo(model);
        RequireSmaller(source, model, record);
        if (!result.GetValue(DryRun))
        {
            ModelOutput.Save(model, result.GetValue(Output)!, result.GetValue(Model)!);
            if (result.GetValue(Report) is { } report)
            {
                ModelOutput.SaveText(HtmlReport.Render(record, Path.GetFileName(Path.TrimEndingDirectorySeparator(result.GetValue(Model)!)), details), report);
            }
        }

        progress.End();
        RecordReport.Write(record, result.GetValue(Json));
        return record.Met ? ExitCodes.Done : ExitCodes.BoundNotMet;
    }

    // For layers with few weights, codes, scales and nodes can take more bytes than the weights.
    private static void RequireSmaller(OnnxModel source, OnnxModel model, DecisionRecord record)
    {
        // Above, weights are so many that their codes outweigh what the nodes take.
        const long AlwaysSmaller = 1 << 20;
        if (record.Verb == "quantize" && record.Bytes < AlwaysSmaller && source.ToArray().Length is var before && model.ToArray().Length is var after && after >= before)
        {
            throw new UnsupportedModelException(
                $"Model '{source.Graph.Name}': expected a file smaller than {before:N0} bytes, got {after:N0}: its layers have too few weights to benefit. Nothing was written; keep the float model.");
        }
    }
}
