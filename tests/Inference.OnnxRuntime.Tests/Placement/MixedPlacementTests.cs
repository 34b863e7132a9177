using Inference.Conformance;
using Inference.OnnxRuntime.Tests.Support;
using Inference.TestSupport;

namespace Inference.OnnxRuntime.Tests.Placement;

public class MixedPlacementTests
{
    private const int Seeds = 5;

    private static readonly string[] s_names =
    [
        "adult_wide_deep", "cifar_cnn", "gtcrn_simple", "iris_mlp", "mnist_resnet", "ncf_movielens", "silero_vad_v5", "tinybert", "q_mnist_mobile_qdq_pt", "ultraface",
    ];

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string name in s_names)
            {
                for (int seed = 1; seed <= Seeds; seed++)
                {
                    cases.Add(name, seed);
                }
            }

            return cases;
        }
    }

    /// <summary>Each node on <c>cpu</c> or <c>onnxruntime</c> at random, p = 0.5: equal to the unsplit result within the model's tolerance.</summary>
    [OrtTheory("models")]
    [MemberData(nameof(Cases))]
    public void Run_NodesPlacedAtRandom_EqualsUnsplit(string name, int seed)
    {
        string folder = TestData.Path("models", name);
        (float rtol, float atol) = ModelFolder.Tolerance(folder);
        ModelSource source = ModelSource.Directory(folder);
        var provider = new SplittingProvider(new OnnxRuntimeProvider(), seed);
        using IModelRunner whole = ModelRunner.Load(source, new ModelLoadOptions { Threads = 1 });
        using IModelRunner split = new ModelLoader([provider]).Load(source, new ModelLoadOptions { Threads = 1, Providers = { "onnxruntime" }, FailOnProviderError = true });
        Assert.True(provider.CompiledNodes > 0, "No node was placed on onnxruntime.");
        foreach (string dataSet in ModelFolder.DataSets(folder))
        {
            using NamedValues inputs = ModelFolder.Read(dataSet, "input", whole.Info.Inputs);
            using NamedValues wanted = whole.Run(inputs);
            for (int run = 0; run < 2; run++)
            {
                using NamedValues got = split.Run(inputs);
                foreach ((string output, ModelValue value) in wanted)
                {
                    TensorAssert.Close((TensorValue)value, got[output], rtol, atol, $"{name}, seed {seed}, {Path.GetFileName(dataSet)}, {output}");
                }
            }
        }
    }
}
