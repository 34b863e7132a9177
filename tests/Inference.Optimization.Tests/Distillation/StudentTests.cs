using System.Text.Json;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Distillation;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Distillation;

public class StudentTests
{
    [Theory]
    [InlineData(StudentLoss.SquaredError)]
    [InlineData(StudentLoss.BinaryCrossEntropy)]
    [InlineData(StudentLoss.SoftLabels)]
    public void Loss_Gradient_IsThatOfTheFormula(StudentLoss loss)
    {
        float[] outputs = [0.3f, -0.7f, 1.1f];
        float[] wanted = [0.2f, 0.5f, 0.3f];
        var gradient = new float[3];
        var scratch = new float[3];
        StudentTrainer.Loss(outputs, wanted, loss, gradient);
        for (int i = 0; i < 3; i++)
        {
            const float Step = 1e-2f;
            float[] up = [.. outputs];
            float[] down = [.. outputs];
            up[i] += Step;
            down[i] -= Step;
            double slope = (StudentTrainer.Loss(up, wanted, loss, scratch) - StudentTrainer.Loss(down, wanted, loss, scratch)) / (2 * Step);
            Assert.Equal(slope, gradient[i], 3);
        }
    }

    [OrtFact("data")]
    public async Task Backward_EmbeddingsAndDots_IsTheSlope()
    {
        using OnnxModel teacher = Lab.Model("adult_wide_deep");
        StudentFeatures features = await StudentFeatures.ReadAsync(teacher, Lab.Rows("adult", "calib").Take(50), default);
        var network = new StudentNetwork(features, new StudentOptions { Hidden = [6], EmbeddingSize = 3, DotInteractions = true }, 1, 1);
        int[] ids = features.Ids[..features.CategoricalWidth];
        float[] values = features.Values[..features.NumericWidth];
        var gradient = new float[network.Parameters.Length];
        network.Forward(values, ids);
        network.Backward([1f], ids, gradient);
        var random = new Random(1);
        int[] used = [.. Enumerable.Range(0, gradient.Length).Where(i => gradient[i] != 0).OrderBy(_ => random.Next()).Take(60)];
        foreach (int i in used)
        {
            const float Step = 1e-3f;
            float kept = network.Parameters[i];
            network.Parameters[i] = kept + Step;
            double up = network.Forward(values, ids)[0];
            network.Parameters[i] = kept - Step;
            double down = network.Forward(values, ids)[0];
            network.Parameters[i] = kept;
            Assert.True(Math.Abs(((up - down) / (2 * Step)) - gradient[i]) < 0.02 * (1 + Math.Abs(gradient[i])), $"parameter {i}");
        }
    }

    [OrtFact("data")]
    public async Task TrainAsync_Written_ComputesWhatTheNetworkDoes()
    {
        using OnnxModel teacher = Lab.Model("adult_wide_deep");
        IDataSource rows = Lab.Rows("adult", "calib");
        var options = new StudentOptions { Hidden = [8], EmbeddingSize = 4, DotInteractions = true, Epochs = 1 };
        OnnxModel student = await Distiller.TrainAsync(Lab.OnnxRuntime(), teacher, rows, options);
        OnnxModel again = await Distiller.TrainAsync(Lab.OnnxRuntime(), teacher, rows, options);
        Predictions written = await Predictor.RunAsync(Lab.OnnxRuntime(), student, rows, null, "test", default);

        StudentFeatures features = await StudentFeatures.ReadAsync(teacher, rows, default);
        var network = new StudentNetwork(features, options, 1, 1);
        List<TeacherAnswers> answers = await TeacherAnswers.ReadAsync(Lab.OnnxRuntime(), teacher, rows, null, default);
        StudentContract contract = StudentContract.Decide(answers, null, StudentLoss.Auto);
        Assert.Equal(StudentLoss.BinaryCrossEntropy, Assert.Single(contract.Heads).Loss);
        StudentTrainer.Train(network, features, contract, contract.Targets(answers, features.Rows), null, options, Lab.OnnxRuntime(), default);
        Assert.Equal(student.ToArray(), again.ToArray());
        for (int row = 0; row < 20; row++)
        {
            float logit = network.Forward(features.Values.AsSpan(row * network.Numeric, network.Numeric), features.Ids.AsSpan(row * network.Fields, network.Fields))[0];
            Assert.Equal(1 / (1 + MathF.Exp(-logit)), written.Values[row], 4);
        }
    }

    [OrtTheory("data")]
    [InlineData("adult_wide_deep", 0, 0.6)]
    [InlineData("mnist_resnet", 64, 0.7)]
    public async Task CalibrateAsync_Cascade_StopsMostRowsWithinTheBudget(string name, int hidden, double share)
    {
        using OnnxModel teacher = Lab.Model(name);
        OptimizationContext context = Lab.OnnxRuntime();
        OnnxModel student = await Distiller.TrainAsync(
            context, teacher, Lab.Rows(name, "train"), new StudentOptions { Hidden = hidden > 0 ? [hidden] : [], Labels = "label", Epochs = 15 });
        CascadeResult calibrated = await CascadeCalibrator.CalibrateAsync(context, student, teacher, Lab.Rows(name, "search"), Lab.Accuracy(), 0.003);
        CascadeResult held = await CascadeCalibrator.EvaluateAsync(context, student, teacher, Lab.Rows(name, "test"), Lab.Accuracy(), calibrated.Threshold);

        Assert.True(held.StopShare >= share, $"{held.StopShare}");
        Assert.True(held.Drop <= 0.003, $"{held.Drop}");
        using JsonDocument json = JsonDocument.Parse(student.Metadata[CascadeCalibrator.MetadataKey]);
        Assert.Equal(calibrated.Threshold, json.RootElement.GetProperty("threshold").GetDouble(), 9);
        Assert.Equal(hidden > 0 ? "max_probability" : "binary_probability", json.RootElement.GetProperty("kind").GetString());
    }

    [OrtFact]
    public async Task TrainAsync_TooFewRows_Throws() =>
        await Assert.ThrowsAsync<DataException>(() => Distiller.TrainAsync(Lab.OnnxRuntime(), SmallModels.TwoLayers(), SmallModels.Rows(5, 16)));
}
