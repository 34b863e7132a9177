using Inference.Cli.Running;

namespace Inference.Cli.Benchmarking;

/// <summary>The options of a benchmark.</summary>
/// <param name="Model">The model's file or folder.</param>
/// <param name="Backends">Providers, in order.</param>
/// <param name="InputFolder">A folder of <c>input_N.pb</c>; null: <c>test_data_set_0</c> beside the model, otherwise generated values.</param>
/// <param name="Shapes">Shapes by input name.</param>
/// <param name="Rows">The number of rows to resize the batch of every input to; 0: unchanged.</param>
/// <param name="Threads">Threads of a run, ≥ 1.</param>
/// <param name="Seconds">The time to measure each provider, seconds.</param>
/// <param name="Library">The path of ONNX Runtime's native library; null: the default locations.</param>
internal sealed record BenchOptions(
    string Model, IReadOnlyList<string> Backends, string? InputFolder, IReadOnlyDictionary<string, long[]> Shapes, int Rows, int Threads, double Seconds, string? Library)
{
    /// <summary>The precision of products with constant weights on cpu.</summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>The folder that contains the model.</summary>
    public string ModelFolder => Directory.Exists(Model) ? Model : Path.GetDirectoryName(Path.GetFullPath(Model))!;

    /// <summary>The model's name: that of its folder if the file is <c>model.onnx</c>.</summary>
    public string ModelName => Directory.Exists(Model) || Path.GetFileName(Model) == "model.onnx"
        ? Path.GetFileName(Path.GetFullPath(ModelFolder).TrimEnd(Path.DirectorySeparatorChar))
        : Path.GetFileNameWithoutExtension(Model);

    /// <summary>The same options for another model, with the inputs stored beside it.</summary>
    public BenchOptions For(string model) => this with { Model = model, InputFolder = null, Shapes = new Dictionary<string, long[]>(), Rows = 0 };
}
