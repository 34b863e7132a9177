using Inference.Cli.Running;

namespace Inference.Cli.Benchmarking;

/// <summary>What to measure.</summary>
/// <param name="Model">The model's file or folder.</param>
/// <param name="Backends">Providers, in order.</param>
/// <param name="InputFolder">Folder of <c>input_N.pb</c>; null: <c>test_data_set_0</c> beside the model, else seeded values.</param>
/// <param name="Shapes">Shapes by input name.</param>
/// <param name="Rows">Rows to resize the batch of every input to; 0: as they are.</param>
/// <param name="Threads">Threads of a run, ≥ 1.</param>
/// <param name="Seconds">Time to measure each provider, seconds.</param>
/// <param name="Library">ONNX Runtime's native library; null: the usual places.</param>
internal sealed record BenchOptions(
    string Model, IReadOnlyList<string> Backends, string? InputFolder, IReadOnlyDictionary<string, long[]> Shapes, int Rows, int Threads, double Seconds, string? Library)
{
    /// <summary>The folder the model is in.</summary>
    public string ModelFolder => Directory.Exists(Model) ? Model : Path.GetDirectoryName(Path.GetFullPath(Model))!;

    /// <summary>The model's name: that of its folder where the file is <c>model.onnx</c>.</summary>
    public string ModelName => Directory.Exists(Model) || Path.GetFileName(Model) == "model.onnx"
        ? Path.GetFileName(Path.GetFullPath(ModelFolder).TrimEnd(Path.DirectorySeparatorChar))
        : Path.GetFileNameWithoutExtension(Model);

    /// <summary>The same for another model, with the inputs stored beside it.</summary>
    public BenchOptions For(string model) => this with { Model = model, InputFolder = null, Shapes = new Dictionary<string, long[]>(), Rows = 0 };
}
