using System.Text.Json;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests;

public class SharedModelsTests
{
    public static TheoryData<string> Names => TestData.IsAvailable
        ? [.. Directory.GetFiles(TestData.Path("models"), "model.onnx", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).Order()]
        : ["none"];

    [OrtTheory("models")]
    [MemberData(nameof(Names))]
    public void Run_SharedModel_GivesReferenceOutputs(string name)
    {
        string folder = TestData.Path("models", name);
        (float rtol, float atol) = Tolerance(folder);
        using OnnxRuntimeModel model = OnnxRuntimeModel.Load(Path.Combine(folder, "model.onnx"), new OnnxRuntimeOptions { IntraOpThreads = 1 }, name);
        foreach (string dataSet in ModelFolder.DataSets(folder))
        {
            using NamedValues inputs = ModelFolder.Read(dataSet, "input", model.Inputs);
            using NamedValues wanted = ModelFolder.Read(dataSet, "output", model.Outputs);
            // Twice: the second run writes into tensors of the shapes that the first one found.
            for (int run = 0; run < 2; run++)
            {
                using NamedValues got = model.Run(inputs);
                foreach ((string output, ModelValue value) in wanted)
                {
                    TensorAssert.Close((TensorValue)value, got[output], rtol, atol, $"{name}/{Path.GetFileName(dataSet)}/{output}");
                }
            }
        }
    }

    private static (float Rtol, float Atol) Tolerance(string folder)
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
