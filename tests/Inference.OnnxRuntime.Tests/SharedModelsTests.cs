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
        (float rtol, float atol) = ModelFolder.Tolerance(folder);
        using IModelRunner model = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = 1 })).Load(ModelSource.Directory(folder));
        foreach (string dataSet in ModelFolder.DataSets(folder))
        {
            using NamedValues inputs = ModelFolder.Read(dataSet, "input", model.Info.Inputs);
            using NamedValues wanted = ModelFolder.Read(dataSet, "output", model.Info.Outputs);
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
}
