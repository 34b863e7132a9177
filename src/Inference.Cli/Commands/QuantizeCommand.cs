using System.CommandLine;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Calibration;
using Inference.Optimization.Quantization;
using Inference.Optimization.Reports;
using Inference.Optimization.Running;
using Inference.Optimization.Search;

namespace Inference.Cli.Commands;

/// <summary>Creates a model with weights of 8 or 4 bits, or in bfloat16.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var shared = new OptimizationCommands();
        var mode = new Option<string>("--mode") { Description = "Quantization mode: static, dynamic, weight, bfloat16 (weights, with products in bfloat16 where the load option allows it), or auto: static, but layers that measure slower in 8 bits keep only their weights in 8 bits.", DefaultValueFactory = _ => "auto" };
        var format = new Option<string>("--format") { Description = "Format of static models: qdq or qoperator.", DefaultValueFactory = _ => "qdq" };
        var calibration = new Option<string>("--calibration") { Description = "Calibration method: auto, minmax, percentile, mse or entropy.", DefaultValueFactory = _ => "auto" };
        var perTensor = new Option<bool>("--per-tensor") { Description = "Use one scale per weight tensor instead of one per output channel." };
        var perChannel = new Option<bool>("--per-channel") { Description = "Use one scale per output channel of the weights (default).", DefaultValueFactory = _ => true };
        var uncorrected = new Option<bool>("--no-bias-correction") { Description = "Do not subtract the mean error of each layer from its bias." };
        var bits = new Option<int>("--bits") { Description = "Number of bits of weights with --mode weight: 8 or 4.", DefaultValueFactory = _ => 8 };
        var smooth = new Option<bool?>("--smoothquant") { Description = "Scale outlier activation channels down wherever this lowers the error. Default: where it costs no time in a run, or halves the error." };
        var equalize = new Option<bool?>("--equalize") { Description = "Equalize the ranges of successive layers, all of them. Default: those where it lowers the error; all with --per-tensor." };
        var target = new Option<string>("--target") { Description = "Target processor: auto, avx2, avx512 or vnni.", DefaultValueFactory = _ => "auto" };
        var exclude = new Option<string[]>("--exclude") { Description = "Node to leave in float. May be repeated." };
        Command command = shared.Command("quantize", "Quantizes a model to 8 or 4 bits, or to bfloat16.", mode, format, calibration, perTensor, perChannel, uncorrected, bits, smooth, equalize, target, exclude);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(shared.Verbose), async progress =>
        {
            using OnnxModel model = OptimizationCommands.Load(result.GetValue(shared.Model)!);
            OptimizationContext context = shared.Context(result, progress);
            Func<string, MappedDataSource> open = await shared.OpenerAsync(result, context, cancellation).ConfigureAwait(false);
            if (result.GetValue(shared.Dry))
            {
                return await shared.DryAsync(result, context, model, open, cancellation).ConfigureAwait(false);
            }

            string modeName = result.GetValue(mode)!.ToLowerInvariant();
            var options = new QuantizeOptions
            {
                Mode = modeName switch
                {
                    "auto" or "static" => QuantizationMode.Static,
                    "dynamic" => QuantizationMode.Dynamic,
                    "weight" => QuantizationMode.WeightOnly,
                    "bfloat16" => QuantizationMode.BFloat16,
                    _ => throw new UsageException($"--mode: expected auto, static, dynamic, weight or bfloat16, got '{modeName}'."),
                },
                Format = Parse<QuantizationFormat>(result.GetValue(format)!, "--format"),
                Calibration = Parse<CalibrationMethod>(result.GetValue(calibration)!, "--calibration"),
                Target = Parse<CpuTarget>(result.GetValue(target)!, "--target"),
                PerChannel = result.GetValue(perChannel) && !result.GetValue(perTensor),
                CorrectBias = !result.GetValue(uncorrected),
                WeightBits = result.GetValue(bits),
                SmoothQuant = result.GetValue(smooth),
                Equalize = result.GetValue(equalize),
                ExcludedNodes = Existing(model, result.GetValue(exclude) ?? []),
            };
            shared.RequireOutputs(result, model);
            DataRoles? roles = shared.Roles(result, open);
            SourceJudge? judge = await shared.JudgeAsync(result, context, model, roles, cancellation).ConfigureAwait(false);
            QuantizeResult quantized = await Quantizer.QuantizeAsync(context, model, roles?.Calibrate, options, cancellation).ConfigureAwait(false);
            if (modeName == "auto" && options.Format == QuantizationFormat.Qdq && roles is not null)
            {
                (quantized, options) = await FasterForm.ChooseAsync(context, model, roles.Calibrate, quantized, options, cancellation).ConfigureAwait(false);
            }

            if (options.Mode == QuantizationMode.Static && roles is not null && shared.Evaluation(result) is { } bounds && (bounds.MaxDrop ?? bounds.MaxSliceDrop ?? bounds.MaxGapGrowth) is not null)
            {
                // Chosen on the search rows, reported on others where there are some.
                SourceJudge chosenBy = roles.Report is null ? judge! : await SourceJudge.CreateAsync(context, model, roles.Search, bounds, null, cancellation).ConfigureAwait(false);
                quantized = await MixedPrecision.RefineAsync(context, model, roles.Calibrate, chosenBy, quantized, options, cancellation).ConfigureAwait(false);
            }

            ReportDetails details = new() { Ranges = quantized.Ranges };
            IModelLoader? loader = null;
            if (options.Mode == QuantizationMode.BFloat16)
            {
                Precisions.NoteMissing();
                loader = new PrecisionLoader(context.Loader, ModelPrecision.AllowBFloat16);
            }

            return await shared.FinishAsync(result, progress, context, model, quantized.Model, "quantize", quantized.Layers, roles, details, cancellation, judge, loader).ConfigureAwait(false);
        }));
        return command;
    }

    // A name that no node has would leave nothing in float, silently.
    private static string[] Existing(OnnxModel model, string[] names)
    {
        HashSet<string> known = [.. model.Graph.Nodes.SelectMany(n => n.Outputs.Prepend(n.Name)).Where(n => n.Length > 0)];
        foreach (string name in names.Where(n => !known.Contains(n)))
        {
            string near = NearestName.Among(known, name) is { } found ? $" Did you mean '{found}'?" : "";
            throw new UsageException($"--exclude: expected the name of a node or of its output, got '{name}', which the model does not have.{near}");
        }

        return names;
    }

    private static T Parse<T>(string text, string option)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value
            : throw new OptimizationException($"{option}: expected one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}, got '{text}'.");
}
