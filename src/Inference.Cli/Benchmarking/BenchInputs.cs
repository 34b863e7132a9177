using System.Globalization;
using Inference.Cli.Data;
using Inference.Cli.Running;

namespace Inference.Cli.Benchmarking;

/// <summary>The inputs of a benchmark. Owns the values.</summary>
internal sealed class BenchInputs : IDisposable
{
    private const int Seed = 1;

    private BenchInputs(NamedValues values, string source)
    {
        Values = values;
        Source = source;
    }

    public NamedValues Values { get; }

    /// <summary>The origin of the values, as text.</summary>
    public string Source { get; }

    /// <summary>Whether all values are tensors, so that they can be bound.</summary>
    public bool AreTensors => Values.All(v => v.Value is TensorValue);

    /// <summary>Reads or generates the inputs of a model.</summary>
    /// <exception cref="InferenceException">A file is malformed, or a shape of the options does not match the model.</exception>
    public static BenchInputs Prepare(ModelInfo info, BenchOptions options)
    {
        var random = new Random(Seed);
        string beside = Path.Combine(options.ModelFolder, "test_data_set_0");
        string? folder = options.InputFolder ?? (Directory.Exists(beside) ? beside : null);
        foreach (string name in options.Shapes.Keys.Where(name => info.Inputs.All(p => p.Name != name)))
        {
            throw new InferenceException($"--shape {name}: expected an input of the model, one of {string.Join(", ", info.Inputs.Select(p => $"'{p.Name}'"))}.");
        }

        NamedValues values = folder is null ? Seeded(info, options, random) : Read(info, folder);
        var shapes = new InputShapes(info, values, options.Shapes, options.Rows);
        for (int i = 0; i < values.Count; i++)
        {
            if (values.GetAt(i).Value is TensorValue tensor && shapes.For(values.GetAt(i).Key, tensor.Shape) is { } shape)
            {
                values.SetValue(values.GetAt(i).Key, SeededTensor.Resize(tensor, shape, random));
                tensor.Dispose();
            }
        }

        return new(values, folder is null ? $"generated from the signature (seed {Seed})" : $"from {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}");
    }

    /// <summary>Parses <c>INPUT=256x13</c>.</summary>
    /// <exception cref="InferenceException">The text has another form.</exception>
    public static Dictionary<string, long[]> ParseShapes(IEnumerable<string> texts)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.LastIndexOf('=');
            string[] parts = equals > 0 && equals < text.Length - 1 ? text[(equals + 1)..].Split('x') : [];
            var dims = new long[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out dims[i]))
                {
                    parts = [];
                }
            }

            if (parts.Length == 0)
            {
                throw new UsageException($"--shape: expected INPUT=256x13, the input's name and its dimensions, got '{text}'.");
            }

            shapes[text[..equals]] = dims;
        }

        return shapes;
    }

    public void Dispose() => Values.Dispose();

    public override string ToString() => string.Join(", ", Values.Select(v => $"{v.Key}: {v.Value}"));

    private static NamedValues Read(ModelInfo info, string folder)
    {
        var values = new NamedValues();
        for (int i = 0; i < info.Inputs.Count; i++)
        {
            string file = Path.Combine(folder, $"input_{i}.pb");
            if (File.Exists(file))
            {
                values.Add(info.Inputs[i].Name, ProtobufValues.Read(file, info.Inputs[i].Type));
            }
            else if (!info.Inputs[i].IsOptional)
            {
                throw new InferenceException($"'{folder}': expected a file input_{i}.pb for the input '{info.Inputs[i].Name}', found none. Add the file, or pass another folder with --inputs.");
            }
        }

        return values;
    }

    private static NamedValues Seeded(ModelInfo info, BenchOptions options, Random random)
    {
        var values = new NamedValues();
        foreach (ModelPort port in info.Inputs.Where(p => !p.IsOptional))
        {
            if (port.Type.Kind != ModelValueKind.Tensor || (port.Type.Shape is null && !options.Shapes.ContainsKey(port.Name)))
            {
                throw new InferenceException($"Input '{port.Name}': expected a type that values can be generated for, got {port.Type}. Pass values with --inputs{(port.Type.Kind == ModelValueKind.Tensor ? ", or its shape with --shape" : "")}.");
            }

            long[] shape = port.Type.Shape is null
                ? options.Shapes[port.Name]
                : [.. port.Type.Shape.Select((d, axis) => d.Size ?? InputShapes.Assumed(axis, port.Type.Shape.Count))];
            values.Add(port.Name, SeededTensor.Create(port.Type.ElementType, shape, random));
        }

        return values;
    }
}
