using Inference.Data;
using Inference.Onnx;
using Inference.OnnxRuntime;
using Inference.Optimization.Evaluation;
using Inference.TestSupport;

namespace Inference.Optimization.Tests.Support;

/// <summary>Models, data and runners for tests.</summary>
internal static class Lab
{
    public static OptimizationContext OnnxRuntime(int seed = 1) => new()
    {
        Loader = ModelLoader.Only(new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = 1 })),
        Seed = seed,
    };

    public static OnnxModel Model(string name) => OnnxModel.Load(TestData.Path("models", name, "model.onnx"));

    public static IDataSource Rows(string model, string split) => DataSource.Open(TestData.Path("data", Folder(model), split + ".npz"));

    public static EvaluationOptions Accuracy(params string[] slices) => new() { Labels = "label", Slices = slices };

    public static Task<ComparisonResult> OnTest(string name, OnnxModel source, OnnxModel candidate, params string[] slices) =>
        ModelComparer.CompareAsync(OnnxRuntime(), source, candidate, Rows(name, "test"), Accuracy(slices));

    /// <summary>Runs a model on one batch and gives an output's floats.</summary>
    public static async Task<float[]> RunAsync(OnnxModel model, NamedValues inputs, string? output = null)
    {
        OptimizationContext context = OnnxRuntime();
        await using IModelRunner runner = await context.Loader.LoadAsync(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions());
        using NamedValues outputs = runner.Run(inputs);
        return outputs[output ?? runner.Info.Outputs[0].Name].AsSpan<float>().ToArray();
    }

    public static float[] Normal(int count, int seed, float scale = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())) * scale;
        }

        return values;
    }

    private static string Folder(string model) => model.Split('_')[0];
}
