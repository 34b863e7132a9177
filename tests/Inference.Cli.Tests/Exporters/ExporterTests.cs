using Inference.Cli.Data;
using Inference.Cli.Verification;
using Inference.OnnxRuntime;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests.Exporters;

/// <summary>Models as exporters write them: each runs and gives what ONNX Runtime gives, or is refused with a sentence.</summary>
public sealed class ExporterTests(ExporterModels models) : IClassFixture<ExporterModels>
{
    private static readonly string[] Runs =
    [
        "torch_dynamo_functions", "torch_dynamo_20", "torch_dynamo_23", "torch_dynamo_cond", "torchscript_sequences", "torch_external_overloads", "torchscript_17",
        "tf2onnx_cnn", "tf2onnx_while", "tf2onnx_detection",
        "skl2onnx_logistic", "skl2onnx_forest", "skl2onnx_columns", "skl2onnx_svc", "skl2onnx_text", "skl2onnx_neighbours",
        "onnxmltools_lightgbm", "onnxmltools_xgboost", "onnxmltools_coreml",
        "paddle2onnx_cnn", "olive_qdq", "olive_qdq_u16", "ort_qoperator", "ort_dynamic", "olive_int4_blocks", "ort_optimized_cnn", "ort_optimized_bert", "ort_optimized_mha",
        "genai_prompt", "genai_step", "genai_packed", "optimum_merged_decoder", "ir3_initializers_as_inputs",
    ];

    private static readonly Dictionary<string, string> Refused = new()
    {
        ["ort_nchwc"] = "Write it again at level 'extended' or below",
        ["ort_ep_context"] = "load the original model",
        ["torch_aten_fallback"] = "org.pytorch.aten.ATen-1",
    };

    public static TheoryData<string> RunningNames() => [.. Runs];

    public static TheoryData<string> RefusedNames() => [.. Refused.Keys];

    [PythonOnnxFact]
    public void List_EveryModelOfTheScript_IsTestedAndInTheTable()
    {
        IReadOnlyDictionary<string, string> listed = ExporterModels.List();
        Assert.Equal(listed.Keys.Order(), Runs.Concat(Refused.Keys).Order());
        string table = File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "docs", "exporters.md"));
        Assert.All(listed, m => Assert.Contains($"| `{m.Key}` | {m.Value} |", table, StringComparison.Ordinal));
    }

    [PythonOnnxTheory]
    [MemberData(nameof(RunningNames))]
    public async Task Run_AnExportersModel_EqualsOnnxRuntime(string name)
    {
        string folder = models.Folder(name);
        using IModelRunner here = await ModelLoader.Default.LoadAsync(ModelSource.Directory(folder), new ModelLoadOptions());
        using NamedValues inputs = Inputs(folder, here.Info.Inputs);
        using NamedValues got = await here.RunAsync(inputs);
        if (NativeOnnxRuntime.SkipReason is null)
        {
            using NamedValues want = await ReferenceAsync(folder, inputs);
            AssertClose(want, got);
        }
    }

    /// <summary>What ONNX Runtime's optimizer writes of each model is a file of an exporter too.</summary>
    [PythonOnnxTheory]
    [MemberData(nameof(RunningNames))]
    public async Task Run_WhatOnnxRuntimesOptimizerWrites_EqualsOnnxRuntime(string name)
    {
        if (NativeOnnxRuntime.SkipReason is not null)
        {
            return;
        }

        string folder = models.Folder(name);
        foreach (GraphOptimizationLevel level in (GraphOptimizationLevel[])[GraphOptimizationLevel.Basic, GraphOptimizationLevel.Extended, GraphOptimizationLevel.All])
        {
            string written = Path.Combine(folder, $"optimized_{level}.onnx");
            using IModelRunner writer = await Loader(level, written).LoadAsync(ModelSource.File(Model(folder)), new ModelLoadOptions());
            using NamedValues inputs = Inputs(folder, writer.Info.Inputs);
            using NamedValues want = await ReferenceAsync(folder, inputs);
            try
            {
                using IModelRunner here = await ModelLoader.Default.LoadAsync(ModelSource.File(written), new ModelLoadOptions());
                using NamedValues got = await here.RunAsync(inputs);
                AssertClose(want, got);
            }
            catch (UnsupportedModelException error) when (level == GraphOptimizationLevel.All)
            {
                Assert.Contains("com.microsoft.nchwc", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [PythonOnnxTheory]
    [MemberData(nameof(RefusedNames))]
    public async Task Load_WhatIsNotPortable_IsRefusedWithASentence(string name)
    {
        UnsupportedModelException error = await Assert.ThrowsAsync<UnsupportedModelException>(
            () => ModelLoader.Default.LoadAsync(ModelSource.Directory(models.Folder(name)), new ModelLoadOptions()).AsTask());
        Assert.Contains(Refused[name], error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
    }

    // As the file says: what the optimizer makes of it may compute in fewer bits.
    private static async Task<NamedValues> ReferenceAsync(string folder, NamedValues inputs)
    {
        using IModelRunner there = await Loader(GraphOptimizationLevel.Disabled, null).LoadAsync(ModelSource.File(Model(folder)), new ModelLoadOptions());
        return await there.RunAsync(inputs);
    }

    private static string Model(string folder) => Path.Combine(folder, File.Exists(Path.Combine(folder, "reference.onnx")) ? "reference.onnx" : "model.onnx");

    private static ModelLoader Loader(GraphOptimizationLevel level, string? written) =>
        ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { GraphOptimization = level, OptimizedModelPath = written }));

    private static void AssertClose(NamedValues want, NamedValues got)
    {
        Assert.Equal(want.Select(v => v.Key), got.Select(v => v.Key));
        foreach ((string output, ModelValue value) in want)
        {
            string? difference = ValueComparer.Difference(got.GetValue(output), value, new Tolerance(1e-4, 1e-5, null));
            Assert.True(difference is null, $"{output}: {difference}");
        }
    }

    private static NamedValues Inputs(string folder, IReadOnlyList<ModelPort> ports)
    {
        var inputs = new NamedValues();
        for (int i = 0; i < ports.Count; i++)
        {
            inputs.Add(ports[i].Name, ProtobufValues.Read(Path.Combine(folder, "test_data_set_0", $"input_{i}.pb"), ports[i].Type));
        }

        return inputs;
    }
}
