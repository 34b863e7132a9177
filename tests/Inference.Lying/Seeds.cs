using Inference.Cli.Data;
using Inference.Onnx;

namespace Inference.Lying;

/// <summary>The sound cases that lies are told about: every folder with a <c>model.onnx</c> and a <c>test_data_set_0</c> below the given ones whose model is small.</summary>
internal sealed class Seeds
{
    private const long MaxModelBytes = 1 << 19;
    private readonly string[] _folders;

    public Seeds(IEnumerable<string> roots) => _folders =
    [
        .. roots.SelectMany(root => Directory.EnumerateFiles(root, "model.onnx", SearchOption.AllDirectories))
            .Where(file => new FileInfo(file).Length <= MaxModelBytes && !file.Contains("_expanded", StringComparison.Ordinal))
            .Select(file => Path.GetDirectoryName(file)!)
            .Where(folder => Directory.Exists(Path.Combine(folder, "test_data_set_0")))
            .Order(StringComparer.Ordinal),
    ];

    public int Count => _folders.Length;

    public string Name(int index) => Path.GetFileName(_folders[index]);

    /// <summary>The model, to be changed, and its inputs.</summary>
    public (OnnxModel Model, Dictionary<string, ModelValue> Inputs) Read(int index)
    {
        string folder = _folders[index];
        OnnxModel model = OnnxModel.Read(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        var inputs = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        for (int i = 0; i < model.Graph.Inputs.Count; i++)
        {
            string file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (File.Exists(file) && model.Graph.Inputs[i].Type is { } type)
            {
                inputs[model.Graph.Inputs[i].Name] = ProtobufValues.Read(file, Kind(type));
            }
        }

        return (model, inputs);
    }

    private static ModelValueType Kind(OnnxType type) => type.Kind switch
    {
        OnnxTypeKind.Sequence => ModelValueType.Sequence(type.Element is null ? null : Kind(type.Element)),
        OnnxTypeKind.Optional => ModelValueType.Optional(type.Element is null ? null : Kind(type.Element)),
        OnnxTypeKind.Map => ModelValueType.Map(ElementType.Undefined, null),
        _ => ModelValueType.Tensor((ElementType)(int)type.ElementType, null),
    };
}
