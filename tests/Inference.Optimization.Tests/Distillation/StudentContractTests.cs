using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Distillation;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Distillation;

/// <summary>Students return what their teachers return: names, ranks, types, kinds of numbers.</summary>
public class StudentContractTests
{
    private static OptimizationContext Context => new() { Loader = ModelLoader.Default };

    [Fact]
    public async Task TrainAsync_RegressionOfSeveralColumns_LearnsNumbersOfEveryScale()
    {
        float[] weights = Lab.Normal(16 * 3, 1);
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= i % 3 == 0 ? 1000 : i % 3 == 1 ? 1 : 0.001f;
        }

        OnnxModel teacher = SmallModels.Model(
            13, "x", ["batch", 16], "y", [new OnnxNode("Gemm", ["x", "W", "b"], ["y"])], OnnxTensor.Create<float>("W", weights, 16, 3), OnnxTensor.Create<float>("b", [5000f, -3, 0], 3));
        Assert.True(await TrainAndExplainAsync(teacher) > 0.95);
    }

    [Fact]
    public async Task TrainAsync_Softmax_ReturnsProbabilities()
    {
        OnnxModel teacher = SmallModels.Model(
            13, "x", ["batch", 16], "y", [new OnnxNode("MatMul", ["x", "W"], ["s"]), new OnnxNode("Softmax", ["s"], ["y"])], OnnxTensor.Create<float>("W", Lab.Normal(16 * 4, 1, 0.5f), 16, 4));
        OnnxModel student = await Distiller.TrainAsync(Context, teacher, SmallModels.Rows(800, 16));
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy(Lab.Normal(5 * 16, 77), [5, 16]) };
        await using IModelRunner runner = await Context.Loader.LoadAsync(ModelSource.Bytes(student.ToArray()), new ModelLoadOptions());
        using NamedValues outputs = runner.Run(inputs);
        float[] y = outputs["y"].AsSpan<float>().ToArray();

        Assert.All(Enumerable.Range(0, 5), r => Assert.Equal(1, y[(r * 4)..((r * 4) + 4)].Sum(), 4));
        Assert.True(await Distiller.FidelityAsync(Context, teacher, student, SmallModels.Rows(200, 16, 10)) > 0.8);
    }

    [Fact]
    public async Task TrainAsync_SeveralOutputs_KeepsNamesRanksAndTypes()
    {
        OnnxModel teacher = SmallModels.Model(
            13,
            "x",
            ["batch", 16],
            "grid",
            [
                new OnnxNode("MatMul", ["x", "W"], ["flat"]),
                new OnnxNode("Reshape", ["flat", "shape"], ["grid"]),
                new OnnxNode("MatMul", ["x", "V"], ["logit"]),
                new OnnxNode("Sigmoid", ["logit"], ["p"]),
                new OnnxNode("Squeeze", ["p", "one"], ["chance"]),
                new OnnxNode("Cast", ["logit"], ["half"]).SetAttribute("to", (long)OnnxElementType.Float16),
            ],
            OnnxTensor.Create<float>("W", Lab.Normal(16 * 6, 1), 16, 6),
            OnnxTensor.Create<float>("V", Lab.Normal(16, 2, 0.5f), 16, 1),
            OnnxTensor.Create<long>("shape", [-1L, 2, 3], 3),
            OnnxTensor.Create<long>("one", [1L], 1));
        teacher.Graph.Outputs.Add(new OnnxValueInfo("chance", OnnxType.Tensor(OnnxElementType.Float32)));
        teacher.Graph.Outputs.Add(new OnnxValueInfo("half", OnnxType.Tensor(OnnxElementType.Float16)));
        OnnxModel student = await Distiller.TrainAsync(Context, teacher, SmallModels.Rows(800, 16));
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy(Lab.Normal(5 * 16, 77), [5, 16]) };
        await using IModelRunner runner = await Context.Loader.LoadAsync(ModelSource.Bytes(student.ToArray()), new ModelLoadOptions());
        using NamedValues outputs = runner.Run(inputs);

        Assert.Equal(["grid", "chance", "half"], student.Graph.Outputs.Select(o => o.Name));
        Assert.Equal([5L, 2, 3], outputs["grid"].Shape.ToArray());
        Assert.Equal([5L], outputs["chance"].Shape.ToArray());
        Assert.All(outputs["chance"].AsSpan<float>().ToArray(), p => Assert.InRange(p, 0, 1));
        Assert.Equal(ElementType.Float16, outputs["half"].ElementType);
        Assert.Equal([5L, 1], outputs["half"].Shape.ToArray());
        Assert.True(await Distiller.FidelityAsync(Context, teacher, student, SmallModels.Rows(200, 16, 10)) > 0.8);
    }

    [Fact]
    public async Task TrainAsync_LabelFirst_ReturnsTheLabelOfTheGreatestProbability()
    {
        OnnxModel teacher = Classifiers.LabelFirst(texts: false, maps: false);
        (MemoryDataSource rows, _) = Classifiers.Rows(600, texts: false);
        OnnxModel student = await Distiller.TrainAsync(Context, teacher, rows);
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>([3, 0, 0, 0, 3, 0, 0, 0, 3], [3, 3]) };
        await using IModelRunner runner = await Context.Loader.LoadAsync(ModelSource.Bytes(student.ToArray()), new ModelLoadOptions());
        using NamedValues outputs = runner.Run(inputs);

        Assert.Equal([0L, 1, 2], outputs["output_label"].AsSpan<long>().ToArray());
        Assert.Equal([3L, 3], outputs["probabilities"].Shape.ToArray());
    }

    [Fact]
    public async Task TrainAsync_OutputThatAStudentCannotReturn_IsRefusedBeforeTheTraining()
    {
        OnnxModel teacher = Classifiers.LabelFirst(texts: true, maps: true);
        (MemoryDataSource rows, _) = Classifiers.Rows(600, texts: true);
        var stages = new Stages();
        var context = new OptimizationContext { Loader = ModelLoader.Default, Progress = stages };
        var error = await Assert.ThrowsAsync<OptimizationException>(() => Distiller.TrainAsync(context, teacher, rows));

        Assert.Contains("output 'output_label': expected a tensor of numbers", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("train", stages.Seen);
    }

    private static async Task<double> TrainAndExplainAsync(OnnxModel teacher)
    {
        OnnxModel student = await Distiller.TrainAsync(Context, teacher, SmallModels.Rows(800, 16));
        return await Distiller.FidelityAsync(Context, teacher, student, SmallModels.Rows(200, 16, 10));
    }

    private sealed class Stages : IProgress<OptimizationProgress>
    {
        public List<string> Seen { get; } = [];

        public void Report(OptimizationProgress value) => Seen.Add(value.Stage);
    }
}
