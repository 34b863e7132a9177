using System.Text.Json;
using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Reads the test data sets beside a model.</summary>
internal static class ModelFolder
{
    /// <summary>The data sets of a folder in order.</summary>
    public static IEnumerable<string> DataSets(string folder) => Directory.GetDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal);

    /// <summary>The tensors of <c>{kind}_0.pb</c> and on, with their names.</summary>
    public static NamedValues Read(string dataSet, string kind, IReadOnlyList<ModelPort> ports)
    {
        var values = new NamedValues();
        for (int i = 0; File.Exists(Path.Combine(dataSet, $"{kind}_{i}.pb")); i++)
        {
            OnnxTensor tensor = OnnxTensor.Read(File.ReadAllBytes(Path.Combine(dataSet, $"{kind}_{i}.pb")));
            values.Add(tensor.Name.Length > 0 ? tensor.Name : ports[i].Name, ToValue(tensor));
        }

        return values;
    }

    /// <summary>A value with a tensor's contents.</summary>
    public static TensorValue ToValue(OnnxTensor tensor)
    {
        if (tensor.ElementType == OnnxElementType.String)
        {
            return TensorValue.Copy(tensor.StringData.Select(text => System.Text.Encoding.UTF8.GetString(text.Span)).ToArray(), tensor.Dims);
        }

        TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
        tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
        return value;
    }

    /// <summary>The tolerance that <c>meta.json</c> beside a model states.</summary>
    public static (float Rtol, float Atol) Tolerance(string folder)
    {
        string path = Path.Combine(folder, "meta.json");
        if (!File.Exists(path))
        {
            return (1e-3f, 1e-6f);
        }

        using JsonDocument meta = JsonDocument.Parse(File.ReadAllBytes(path));
        return (Get(meta, "rtol", 1e-3f), Get(meta, "atol", 1e-6f));
    }

    private static float Get(JsonDocument meta, string name, float otherwise) =>
        meta.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetSingle() : otherwise;
}
