using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Inference.Cli.Benchmarking;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Diagnostics;
using Inference.Images;
using Inference.OnnxRuntime;

namespace Inference.Cli.Commands;

/// <summary>Shows the contents of a model.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var placement = new Option<bool>("--placement") { Description = "Show which provider runs which nodes." };
        var providers = new Option<string?>("--providers") { Description = "Providers in order of preference, separated by commas; nodes that one does not claim go to the next. Default: cpu." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("inspect", "Shows inputs, outputs, opsets, operators, parameters, bytes, MACs and row independence of a model.") { model, placement, providers, json, library, verbose };
        command.SetAction((result, _) => CommandRunner.RunAsync(result.GetValue(verbose), () =>
        {
            string path = result.GetValue(model)!;
            var options = new ModelLoadOptions { Images = new ManagedImageDecoder(), Keys = KeyFile.Provider };
            foreach (string provider in (result.GetValue(providers) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                options.Providers.Add(provider);
            }

            OnnxRuntimeProvider[] others = options.Providers.Contains(Backends.OnnxRuntime) ? [new OnnxRuntimeProvider(Backends.RuntimeOptions(result.GetValue(library)))] : [];
            ModelDescription description = ModelInspector.Inspect(ModelSource.File(path), options, others);
            (long Macs, string Inputs)? work = Work(path, description);
            if (result.GetValue(json))
            {
                JsonOutput.Write(writer => WriteJson(writer, description, work));
            }
            else
            {
                WriteText(description, work, result.GetValue(placement));
            }

            return Task.FromResult(ExitCodes.Done);
        }));
        return command;
    }

    // MACs depend on the inputs' shapes: those of the data set beside the model, otherwise one row. If they do not match the model, the figure is omitted.
    private static (long Macs, string Inputs)? Work(string path, ModelDescription description)
    {
        if (description.Unsupported.Count > 0)
        {
            return null;
        }

        try
        {
            using IModelRunner runner = Backends.Engine.Load(ModelSource.File(path));
            using BenchInputs inputs = BenchInputs.Prepare(runner.Info, new BenchOptions(path, [], null, new Dictionary<string, long[]>(), 0, 1, 0, null));
            return (ModelProfiler.CountMacs(runner, inputs.Values), inputs.ToString());
        }
        catch (InferenceException)
        {
            return null;
        }
    }

    private static void WriteText(ModelDescription model, (long Macs, string Inputs)? work, bool placement)
    {
        var facts = ConsoleTable.OfFacts();
        facts.Add("model", $"{model.Name}{(model.Producer.Length > 0 ? $", made by {model.Producer}" : "")}");
        facts.Add("format", $"IR {model.IrVersion}, {string.Join(", ", model.Opsets.Select(o => $"{o.Key} {o.Value}"))}");
        facts.Add("digest", model.Digest);
        facts.Add("operators", $"{Number(model.Operators.Sum(o => o.Count))} nodes");
        facts.Add("parameters", $"{Number(model.Parameters)} in {Number(model.ParameterBytes)} bytes");
        facts.Add("files", $"{Number(model.FileBytes)} bytes");
        facts.Add("MACs", work is { } known ? $"{Number(known.Macs)} for {known.Inputs}" : "not known");
        facts.Add("rows", model.RowIndependent ? $"independent along axis {model.BatchAxis}, proved" : model.BatchAxis is { } axis ? $"stacked along axis {axis}, independence not proved" : "no batch axis shared by inputs and outputs");
        foreach ((string key, string value) in model.Metadata)
        {
            facts.Add("metadata", $"{key} = {value}");
        }

        facts.Write();
        Console.WriteLine();
        ConsoleTable ports = new ConsoleTable().Text("").Text("name").Text("type").Text("");
        AddPorts(ports, "input", model.Inputs);
        AddPorts(ports, "output", model.Outputs);
        ports.Write();
        Console.WriteLine();
        ConsoleTable operators = new ConsoleTable().Text("operator").Numbers("nodes").Text("");
        foreach (OperatorUse use in model.Operators)
        {
            operators.Add(use.Domain == "ai.onnx" ? use.Name : $"{use.Domain}.{use.Name}", Number(use.Count), use.IsFunction ? "function of the model" : use.IsSupported ? "supported" : "NOT SUPPORTED");
        }

        operators.Write();
        if (placement)
        {
            Console.WriteLine();
            ConsoleTable parts = new ConsoleTable().Text("provider").Numbers("nodes").Text("operators");
            foreach (PlacedNodes part in model.Placement)
            {
                parts.Add(part.Provider, Number(part.Nodes), string.Join(", ", part.Operators));
            }

            parts.Write();
        }
    }

    private static void AddPorts(ConsoleTable table, string kind, IReadOnlyList<ModelPort> ports)
    {
        foreach (ModelPort port in ports)
        {
            table.Add(kind, port.Name, port.Type.ToString(), port.IsOptional ? "has a default" : "");
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, ModelDescription model, (long Macs, string Inputs)? work)
    {
        writer.WriteString("model", model.Name);
        writer.WriteString("digest", model.Digest);
        writer.WriteNumber("ir_version", model.IrVersion);
        writer.WriteString("producer", model.Producer);
        writer.WriteStartObject("opsets");
        foreach ((string domain, long version) in model.Opsets)
        {
            writer.WriteNumber(domain, version);
        }

        writer.WriteEndObject();
        writer.WriteArray("inputs", model.Inputs, port => WritePort(writer, port));
        writer.WriteArray("outputs", model.Outputs, port => WritePort(writer, port));
        writer.WriteNumber("nodes", model.Operators.Sum(o => o.Count));
        writer.WriteArray("operators", model.Operators, use =>
        {
            writer.WriteString("domain", use.Domain);
            writer.WriteString("name", use.Name);
            writer.WriteNumber("opset", use.Opset);
            writer.WriteNumber("count", use.Count);
            writer.WriteBoolean("supported", use.IsSupported);
            writer.WriteBoolean("function", use.IsFunction);
        });
        writer.WriteNumber("parameters", model.Parameters);
        writer.WriteNumber("parameter_bytes", model.ParameterBytes);
        writer.WriteNumber("file_bytes", model.FileBytes);
        if (work is { } known)
        {
            writer.WriteNumber("macs", known.Macs);
            writer.WriteString("macs_inputs", known.Inputs);
        }
        else
        {
            writer.WriteNull("macs");
        }

        if (model.BatchAxis is { } axis)
        {
            writer.WriteNumber("batch_axis", axis);
        }
        else
        {
            writer.WriteNull("batch_axis");
        }

        writer.WriteBoolean("row_independent", model.RowIndependent);
        writer.WriteBoolean("deterministic", model.Deterministic);
        writer.WriteArray("placement", model.Placement, part =>
        {
            writer.WriteString("provider", part.Provider);
            writer.WriteNumber("nodes", part.Nodes);
            writer.WriteStartArray("operators");
            foreach (string name in part.Operators)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        });
    }

    private static void WritePort(Utf8JsonWriter writer, ModelPort port)
    {
        writer.WriteString("name", port.Name);
        writer.WriteString("kind", port.Type.Kind.ToString().ToLowerInvariant());
        writer.WriteString("type", port.Type.Kind == ModelValueKind.Tensor ? port.Type.ElementType.Name() : port.Type.ToString());
        writer.WriteBoolean("optional", port.IsOptional);
        if (port.Type.Shape is { } shape)
        {
            writer.WriteStartArray("shape");
            foreach (Dimension dimension in shape)
            {
                if (dimension.Size is { } size)
                {
                    writer.WriteNumberValue(size);
                }
                else
                {
                    writer.WriteStringValue(dimension.Symbol ?? "?");
                }
            }

            writer.WriteEndArray();
        }
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
