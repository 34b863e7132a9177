using Inference.Onnx;

namespace Inference.Fuzz;

/// <summary>The sound models that mutants are made from: the smallest of a folder, so that a mutant costs little.</summary>
internal sealed class Corpus
{
    private readonly string[] _folders;
    private readonly Dictionary<string, (byte[] Bytes, Dictionary<string, TensorValue> Inputs)> _loaded = [];

    public Corpus(string folder, int models)
    {
        _folders =
        [
            .. Directory.EnumerateFiles(folder, "model.onnx", SearchOption.AllDirectories)
                .OrderBy(file => new FileInfo(file).Length).ThenBy(file => file, StringComparer.Ordinal).Take(models).Select(file => Path.GetDirectoryName(file)!),
        ];
    }

    public int Count => _folders.Length;

    public string Name(int index) => Path.GetFileName(_folders[index]);

    public (byte[] Bytes, Dictionary<string, TensorValue> Inputs) Model(int index)
    {
        string folder = _folders[index];
        if (!_loaded.TryGetValue(folder, out var model))
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, "model.onnx"));
            var inputs = new Dictionary<string, TensorValue>(StringComparer.Ordinal);
            using OnnxModel sound = OnnxModel.Read(bytes);
            for (int i = 0; i < sound.Graph.Inputs.Count; i++)
            {
                string file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
                if (File.Exists(file) && sound.Graph.Inputs[i].Type?.Kind == OnnxTypeKind.Tensor)
                {
                    OnnxTensor tensor = OnnxTensor.Read(File.ReadAllBytes(file));
                    if (tensor.ElementType != OnnxElementType.String)
                    {
                        TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
                        tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
                        inputs[sound.Graph.Inputs[i].Name] = value;
                    }
                }
            }

            model = (bytes, inputs);
            _loaded.Add(folder, model);
        }

        return model;
    }
}
