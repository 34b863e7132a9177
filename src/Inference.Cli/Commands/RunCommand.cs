using System.CommandLine;
using System.Globalization;
using Inference.Cli.Data;
using Inference.Cli.Running;
using Inference.Data.Numpy;

namespace Inference.Cli.Commands;

/// <summary>Runs a model once.</summary>
internal static class RunCommand
{
    // Elements on one line.
    private const int Shown = 8;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model file, or a folder that contains model.onnx." };
        var inputs = new Option<string[]>("--input") { Description = "NAME=FILE: a .pb (TensorProto) or .npy file for an input. Repeat it for each input." };
        var output = new Option<string?>("--output") { Description = "Folder to write the outputs to: output_N.pb, and output_N.npy if NumPy supports the type." };
        var backend = new Option<string>("--backend") { Description = "Provider to use: cpu or onnxruntime.", DefaultValueFactory = _ => Backends.Cpu };
        var threads = new Option<int>("--threads") { Description = "Maximum number of threads of a run; 0: one per processor." };
        Option<string?> precision = Precisions.PrecisionOption();
        Option<string?> library = Backends.LibraryOption();
        Option<bool> verbose = CommandRunner.Verbose();
        var command = new Command("run", "Runs a model once on values from files.") { model, inputs, output, backend, threads, precision, library, verbose };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(result.GetValue(verbose), async () =>
        {
            IModelLoader loader = Backends.Loader(result.GetValue(backend)!, result.GetValue(library));
            using IModelRunner runner = await loader.LoadAsync(ModelSource.File(result.GetValue(model)!), new ModelLoadOptions { Threads = result.GetValue(threads), Precision = Precisions.Read(result, precision) }, cancellation).ConfigureAwait(false);
            using NamedValues values = Read(runner.Info, result.GetValue(inputs) ?? []);
            using NamedValues outputs = await runner.RunAsync(values, null, cancellation).ConfigureAwait(false);
            foreach ((string name, ModelValue value) in outputs)
            {
                Console.WriteLine($"{name}: {Describe(value)}");
            }

            if (result.GetValue(output) is { } folder)
            {
                Write(folder, runner.Info, outputs);
            }

            return ExitCodes.Done;
        }));
        return command;
    }

    /// <summary>Reads a value from a <c>.npy</c> or <c>.pb</c> file.</summary>
    public static ModelValue ReadValue(string file, ModelValueType type)
    {
        if (!Path.GetExtension(file).Equals(".npy", StringComparison.OrdinalIgnoreCase))
        {
            return ProtobufValues.Read(file, type);
        }

        using NpyReader reader = NpyReader.Open(file);
        return reader.ReadAll();
    }

    private static NamedValues Read(ModelInfo info, string[] inputs)
    {
        var values = new NamedValues();
        foreach (string input in inputs)
        {
            int equals = input.IndexOf('=', StringComparison.Ordinal);
            string name = equals > 0 ? input[..equals] : throw new UsageException($"--input: expected NAME=FILE, got '{input}'.");
            ModelPort port = info.Inputs.FirstOrDefault(p => p.Name == name)
                ?? throw new InvalidInputException($"--input {name}: expected an input of the model, one of {string.Join(", ", info.Inputs.Select(p => $"'{p.Name}'"))}.");
            values.Add(name, ReadValue(input[(equals + 1)..], port.Type));
        }

        return values;
    }

    private static void Write(string folder, ModelInfo info, NamedValues outputs)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < info.Outputs.Count; i++)
        {
            ModelValue value = outputs.GetValue(info.Outputs[i].Name);
            string file = Path.Combine(folder, $"output_{i}");
            File.WriteAllBytes(file + ".pb", ProtobufValues.Write(info.Outputs[i].Name, value));
            if (value is TensorValue tensor && NpyWriter.Supports(tensor.ElementType))
            {
                using FileStream stream = File.Create(file + ".npy");
                NpyWriter.Write(stream, tensor);
            }
        }
    }

    private static string Describe(ModelValue value) => value switch
    {
        TensorValue tensor => $"{tensor} {Elements(tensor)}",
        SequenceValue sequence => $"sequence of {sequence.Count}: {string.Join("; ", sequence.Items.Take(Shown).Select(Describe))}{(sequence.Count > Shown ? "; …" : "")}",
        MapValue map => $"map of {map.Count}: {Elements(map.Keys)} → {Elements(map.Values)}",
        OptionalValue { Value: { } inner } => $"optional {Describe(inner)}",
        _ => "none",
    };

    private static string Elements(TensorValue tensor)
    {
        int count = (int)Math.Min(tensor.ElementCount, Shown);
        string[] texts = tensor.ElementType == ElementType.String
            ? [.. tensor.AsSpan<string>()[..count].ToArray().Select(s => $"'{s}'")]
            : [.. Verification.ValueComparer.Numbers(tensor).Take(count).Select(v => v.ToString("G7", CultureInfo.InvariantCulture))];
        return $"[{string.Join(", ", texts)}{(tensor.ElementCount > Shown ? ", …" : "")}]";
    }
}
