using Inference;
using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;
using Inference.Monitoring;
using Inference.Onnx;
using Inference.Optimization;
using Inference.Optimization.Distillation;

namespace Loop;

/// <summary>Makes a new version from a bundle: trains, distills, and publishes what passes the gate.</summary>
/// <param name="folders">The repository.</param>
/// <param name="work">A folder for candidates.</param>
/// <param name="tell">Told of each step.</param>
internal sealed class Retrainer(VersionFolders folders, string work, Action<string, string> tell)
{
    // Every third row is kept from training.
    private const int HeldEvery = 3;

    // How much accuracy a student may lose against its teacher, and a candidate against the model that serves.
    private const double StudentBudget = 0.03;
    private const double GateBudget = 0;

    /// <summary>Answers a bundle.</summary>
    public async ValueTask TrainAsync(RetrainingBundle bundle, CancellationToken cancellationToken)
    {
        tell("confirm", $"{bundle.Reasons[0].Kind}: {bundle.Reasons[0].Text}");
        tell("bundle", $"{bundle.LabelledRows} labelled rows in {bundle.Id}");

        // What was served before the change says nothing about the world after it.
        LabelledRows rows = await LabelledRows.ReadAsync(bundle.LabelsPath!, bundle.Reasons[0].At);
        LabelledRows training = rows.Part(HeldEvery, 0, others: true), held = rows.Part(HeldEvery, 0);
        OnnxModel teacher = Network.Train(training, epochs: 30, seed: 2).ToModel();
        tell("train", $"{training.Count} rows, {held.Count} held back");

        using var data = new NamedValues { ["features"] = TensorValue.Copy<float>(training.Features, [training.Count, Customers.Features]) };
        var context = new OptimizationContext { Loader = ModelLoader.Default };
        OnnxModel student = await Distiller.TrainAsync(context, teacher, new MemoryDataSource(data), new StudentOptions { Hidden = [8] }, cancellationToken);
        DropVerdict lost = Judge(Save(teacher, "teacher"), Save(student, "student"), held, StudentBudget);
        tell("distill", lost.ToString());

        OnnxModel candidate = lost.Outcome == VerdictOutcome.Met ? student : teacher;
        DropVerdict gate = Judge(folders.ModelOf(bundle.ModelVersion), Save(candidate, "candidate"), held, GateBudget);
        tell("gate", gate.ToString());
        if (gate.Outcome == VerdictOutcome.Met)
        {
            tell("publish", $"version {folders.Publish(candidate, held)}");
        }
    }

    private string Save(OnnxModel model, string name)
    {
        Directory.CreateDirectory(work);
        string path = Path.Combine(work, name + ".onnx");
        model.Save(path);
        return path;
    }

    // Both models on the same rows: the interval of the difference decides, not the figures.
    private static DropVerdict Judge(string source, string candidate, LabelledRows rows, double budget)
    {
        using NamedValues inputs = rows.ToInputs();
        using TensorValue labels = rows.ToLabels();
        using IModelRunner sourceRunner = ModelRunner.Load(source), candidateRunner = ModelRunner.Load(candidate);
        using NamedValues before = sourceRunner.Run(inputs), after = candidateRunner.Run(inputs);
        EvaluationRows sourceRows = OutputReader.Decide(sourceRunner.Info, [new ReadingSample(before, labels)]).Read(before, labels);
        EvaluationRows candidateRows = OutputReader.Decide(candidateRunner.Info, [new ReadingSample(after, labels)]).Read(after, labels);
        var judge = new PairedJudge(MetricCatalog.Parse("accuracy"), new VerdictOptions { Budget = budget });
        for (int i = 0; i < sourceRows.Count; i++)
        {
            judge.Add(sourceRows.GetRow(i), candidateRows.GetRow(i));
        }

        return judge.Judge().Overall;
    }
}
