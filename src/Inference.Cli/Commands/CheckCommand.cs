using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Inference.Cli.Checking;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Monitoring;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Gate;

namespace Inference.Cli.Commands;

/// <summary>The gate of a delivery pipeline: decides whether a model may replace another.</summary>
internal sealed class CheckCommand
{
    private readonly Argument<string> _candidate = new("CANDIDATE") { Description = "Model to be released: a file, or a folder that contains model.onnx. The golden rows of a manifest.json in the folder, and its digests, are checked too." };
    private readonly Option<string?> _against = new("--against") { Description = "Model that it would replace. Without it only the rules on CANDIDATE alone are judged. A candidate with the same bytes meets every rule that compares." };
    private readonly Option<string> _data = new("--data") { Description = "Labelled rows, which neither model was trained on: .npz or .npy (rows first), .csv, .parquet, or a folder of tensors.", Required = true };
    private readonly Option<string?> _schema = new("--schema") { Description = "JSON file that maps columns to inputs, if names and shapes do not determine the mapping." };
    private readonly Option<string?> _labels = new("--labels") { Description = "Column of true labels. Required, unless the metric is agreement." };
    private readonly Option<string?> _metric = new("--metric") { Description = $"One of {string.Join(", ", MetricCatalog.Names)}, topK, ndcgK, pinballQ. Default: that of the model's task." };
    private readonly Option<string?> _output = new("--output-name") { Description = "Output to evaluate. Default: the one that predicts the labels." };
    private readonly Option<string?> _maxDrop = new("--max-drop") { Description = "Margin of the metric, such as 0.5% or 0.005 (relative for unbounded metrics). Both models answer the same rows; the upper end of the drop's interval (95 %, one-sided) must not exceed it. Default: 1%." };
    private readonly Option<string?> _slices = new("--slices") { Description = "Columns whose values form slices and groups, separated by commas. Fewer than 100 rows are not judged." };
    private readonly Option<string?> _maxSliceDrop = new("--max-slice-drop") { Description = "Largest accepted drop of a slice. It refuses if the drop exceeds it and the interval, which holds for all slices together, lies above 0; what is too small to show either is not judged. Default: 5%." };
    private readonly Option<string?> _maxGapGrowth = new("--max-gap-growth") { Description = "By how much the gap between the groups of a slice column may grow: of the rate at which class 1 is predicted, its true and false positive rate; of more classes, the accuracy. It refuses if the growth's interval lies above it. Default: 5%." };
    private readonly Option<double?> _maxRatio = new("--max-p95-ratio") { Description = "Largest accepted ratio of the 95th percentiles of latency, candidate to baseline, run in turns in this process. It refuses if the interval lies above 1, too; if noise hides that, it is measured again for longer. Default: not measured." };
    private readonly Option<string?> _maxBytes = new("--max-bytes") { Description = "Largest accepted size of the file with its external data, such as 500000, 20MB or 1.5GiB. Default: any." };
    private readonly Option<bool> _sameSignature = new("--same-signature") { Description = "Names, element types and shapes of inputs and outputs must be those of the baseline; names of axes may differ." };
    private readonly Option<bool> _scan = new("--scan") { Description = "The file must hold nothing that scan finds. A fatal finding ends the check: the file is not loaded." };
    private readonly Option<string?> _signed = new("--signed") { Description = "Public key, PEM: model and external data must be signed by it. If not, the file is not loaded." };
    private readonly Option<string?> _profile = new("--profile") { Description = "File that monitor profile has written: an alarm for a column of the rows, or of the candidate's outputs on them, refuses." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the verdict as JSON." };
    private readonly Option<string?> _junit = new("--junit") { Description = "File to write the verdict to as JUnit XML, one test case for each rule." };
    private readonly Option<string?> _markdown = new("--markdown") { Description = "File to write the verdict to as Markdown, for a comment on a merge request." };
    private readonly Option<string> _backend = new("--backend") { Description = "Provider that runs both models: cpu or onnxruntime.", DefaultValueFactory = static _ => Backends.Cpu };
    private readonly Option<int> _seed = new("--seed") { Description = "Seed of every random choice.", DefaultValueFactory = static _ => 1 };
    private readonly Option<int> _threads = new("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };
    private readonly Option<string?> _library = Backends.LibraryOption();
    private readonly Option<bool> _verbose = CommandRunner.Verbose();

    public static Command Create()
    {
        var check = new CheckCommand();
        var command = new Command("check", "Decides whether a model may replace another: rules with figures, from the same rows. Exit code 0: no rule refuses it; 2: refused.") { check._candidate };
        foreach (Option option in new Option[]
        {
            check._against, check._data, check._schema, check._labels, check._metric, check._output, check._maxDrop, check._slices, check._maxSliceDrop, check._maxGapGrowth, check._maxRatio, check._maxBytes, check._sameSignature, check._scan,
            check._signed, check._profile, check._json, check._junit, check._markdown, check._backend, check._seed, check._threads, check._library, check._verbose,
        })
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellation) => CommandRunner.RunAsync(
            result.GetValue(check._verbose),
            async progress =>
            {
                string[] inputs = [.. new[] { result.GetValue(check._candidate), result.GetValue(check._against), result.GetValue(check._data), result.GetValue(check._profile), result.GetValue(check._signed) }.OfType<string>()];
                foreach (string output in new[] { result.GetValue(check._junit), result.GetValue(check._markdown) }.OfType<string>())
                {
                    OutputFile.RequireOther(output, inputs);
                }

                GateResult verdict = await check.JudgeAsync(result, progress, cancellation).ConfigureAwait(false);
                verdict = verdict with { KeyFile = result.GetValue(check._signed), ProfileFile = result.GetValue(check._profile), SchemaFile = result.GetValue(check._schema) };
                progress.End();
                check.Report(result, verdict);
                return verdict.Passed ? ExitCodes.Done : ExitCodes.BoundNotMet;
            },
            still: true));
        return command;
    }

    private GateOptions Options(ParseResult result)
    {
        double? ratio = result.GetValue(_maxRatio);
        var options = new GateOptions
        {
            Metric = result.GetValue(_metric),
            Labels = result.GetValue(_labels),
            Output = result.GetValue(_output),
            MaxDrop = OptimizationCommands.Share(result.GetValue(_maxDrop), "--max-drop") ?? new GateOptions().MaxDrop,
            Slices = result.GetValue(_slices)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            MaxSliceDrop = OptimizationCommands.Share(result.GetValue(_maxSliceDrop), "--max-slice-drop") ?? new GateOptions().MaxSliceDrop,
            MaxGapGrowth = OptimizationCommands.Share(result.GetValue(_maxGapGrowth), "--max-gap-growth") ?? new GateOptions().MaxGapGrowth,
            MaxLatencyRatio = ratio is null || (ratio > 0 && double.IsFinite(ratio.Value)) ? ratio : throw new UsageException(FormattableString.Invariant($"--max-p95-ratio: expected a number above 0, got {ratio}.")),
            MaxBytes = result.GetValue(_maxBytes) is { } bytes ? Quantity.Bytes(bytes, "--max-bytes") : null,
            SameSignature = result.GetValue(_sameSignature),
        };
        return result.GetValue(_maxSliceDrop) is not null && options.Slices.Count == 0 ? throw new UsageException("--max-slice-drop: expected columns in --slices too, got none.")
            : options.Labels is null && options.Metric != "agreement" ? throw new UsageException("--labels: expected a column of true labels, got none. Name it, or compare by --metric agreement, which needs none.")
            : options;
    }

    private async Task<GateResult> JudgeAsync(ParseResult result, IProgress<OptimizationProgress> progress, CancellationToken cancellation)
    {
        GateOptions options = Options(result);
        string path = result.GetValue(_candidate)!, data = result.GetValue(_data)!;
        ReferenceProfile? profile = result.GetValue(_profile) is { } file ? ReferenceProfile.Load(file) : null;
        var context = new OptimizationContext
        {
            Loader = Backends.Loader(result.GetValue(_backend)!, result.GetValue(_library)),
            LoadOptions = new ModelLoadOptions { Threads = result.GetValue(_threads) },
            Seed = result.GetValue(_seed),
            Progress = progress,
        };
        (List<GateRule> rules, bool loads) = await FilesAsync(result, path, cancellation).ConfigureAwait(false);
        if (!loads)
        {
            return await UnloadedAsync(path, data, context, options, rules, cancellation).ConfigureAwait(false);
        }

        using OnnxModel candidate = OptimizationCommands.Load(path);
        using OnnxModel? baseline = result.GetValue(_against) is { } against ? OptimizationCommands.Load(against) : null;
        GateResult verdict = await ModelGate.CheckAsync(
            context,
            new GateRequest
            {
                Candidate = candidate,
                CandidateName = path,
                Baseline = baseline,
                BaselineName = result.GetValue(_against) ?? "",
                Data = await OpenAsync(result, context, data, result.GetValue(_against) ?? path, options, cancellation).ConfigureAwait(false),
                Options = options,
            },
            cancellation).ConfigureAwait(false);
        rules.AddRange(await GoldenRule.JudgeAsync(context, path, cancellation).ConfigureAwait(false));
        if (profile is not null)
        {
            bool runs = verdict.Rules.First(static rule => rule.Rule == "contract").Outcome == GateOutcome.Passed;
            rules.AddRange(runs
                ? await ProfileRules.JudgeAsync(context, path, profile, data, options.Labels, cancellation).ConfigureAwait(false)
                : [new GateRule { Rule = "drift", Subject = "outputs", Outcome = GateOutcome.NotJudged, Required = true, Reason = "the candidate breaks the contract" }]);
        }

        return verdict with { Rules = [.. verdict.Rules, .. rules] };
    }

    // Judged before the file is loaded.
    private async Task<(List<GateRule> Rules, bool Loads)> FilesAsync(ParseResult result, string path, CancellationToken cancellation)
    {
        var rules = new List<GateRule>();
        bool loads = true;
        if (result.GetValue(_scan))
        {
            (GateRule rule, loads) = TrustRules.Scan(path);
            rules.Add(rule);
        }

        if (result.GetValue(_signed) is { } key)
        {
            GateRule rule = await TrustRules.SignedAsync(path, key, cancellation).ConfigureAwait(false);
            rules.Add(rule);
            loads &= rule.Outcome == GateOutcome.Passed;
        }

        return (rules, loads);
    }

    private static async Task<GateResult> UnloadedAsync(string path, string data, OptimizationContext context, GateOptions options, List<GateRule> rules, CancellationToken cancellation)
    {
        string file = ModelSource.File(path).ResolveFile()!;
        await using FileStream stream = File.OpenRead(file);
        string digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
        IDataSource rows = DataSource.Open(data);
        return new GateResult
        {
            CheckedAt = context.TimeProvider.GetUtcNow(),
            Candidate = new GateModel(path, digest, stream.Length, ""),
            Data = new GateData(Path.GetFileName(rows.Name), rows.Digest, 0),
            Options = options,
            Seed = context.Seed,
            Rules = [.. rules, new GateRule { Rule = "metric", Subject = options.Metric ?? "metric", Outcome = GateOutcome.NotJudged, Required = true, Reason = "the candidate was not loaded" }],
        };
    }

    private async Task<MappedDataSource> OpenAsync(ParseResult result, OptimizationContext context, string data, string model, GateOptions options, CancellationToken cancellation)
    {
        DataSchema? schema = result.GetValue(_schema) is { } file ? DataSchema.Load(file) : null;
        await using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.File(model), context.LoadOptions.Clone(), cancellation).ConfigureAwait(false);
        return MappedDataSource.Open(data, runner.Info.Inputs, new MappingOptions { Labels = options.Labels, Slices = options.Slices, Schema = schema });
    }

    private void Report(ParseResult result, GateResult verdict)
    {
        if (result.GetValue(_junit) is { } junit)
        {
            using var file = new OutputFile(junit);
            JUnitReport.Write(verdict, file.Stream);
            file.Complete();
        }

        if (result.GetValue(_markdown) is { } markdown)
        {
            using var file = new OutputFile(markdown);
            file.Stream.Write(Encoding.UTF8.GetBytes(MarkdownReport.Render(verdict)));
            file.Complete();
        }

        if (result.GetValue(_json))
        {
            Console.Out.WriteLine(verdict.ToJson());
        }
        else
        {
            GateTable.Write(verdict);
        }
    }
}
