using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Distillation;

/// <summary>Trains small students on a model's outputs. Thread-safe.</summary>
public static class Distiller
{
    /// <summary>Trains a student and returns it as an ONNX model with the teacher's inputs and output name.</summary>
    /// <param name="context">Provides the loader that runs the teacher, and the seed.</param>
    /// <param name="teacher">The model to learn from; not changed.</param>
    /// <param name="data">The training rows.</param>
    /// <param name="options">The options; null for a linear student.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <exception cref="OptimizationException">An option is out of range, or an input is neither float32 nor an integer id.</exception>
    /// <exception cref="DataException">The data does not match the teacher, or has fewer than 10 rows.</exception>
    public static async Task<OnnxModel> TrainAsync(
        OptimizationContext context, OnnxModel teacher, IDataSource data, StudentOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new StudentOptions();
        options.Validate();
        string output = options.Output ?? teacher.Graph.Outputs[0].Name;
        Predictions targets = await Predictor.RunAsync(context, teacher, data, output, "teacher", cancellationToken).ConfigureAwait(false);
        StudentFeatures features = await StudentFeatures.ReadAsync(teacher, data, cancellationToken).ConfigureAwait(false);
        if (features.Rows < 10)
        {
            throw new DataException($"{data.Name}: expected at least 10 rows to train a student on, got {features.Rows}. Add rows.");
        }

        int[]? labels = null;
        if (options.Labels is { } column)
        {
            EvaluationSet set = await EvaluationSet.ReadAsync(data, new EvaluationOptions { Labels = column }, cancellationToken).ConfigureAwait(false);
            labels = Array.ConvertAll(TensorConversion.ToFloats(set.Labels!), l => (int)l);
        }

        bool probability = targets.Columns == 1 && targets.AreProbabilities();
        StudentLoss loss = options.Loss != StudentLoss.Auto ? options.Loss
            : targets.Columns > 1 ? StudentLoss.SoftLabels
            : probability ? StudentLoss.BinaryCrossEntropy
            : StudentLoss.SquaredError;
        if (loss == StudentLoss.BinaryCrossEntropy && !probability)
        {
            throw new OptimizationException($"Student: expected one column of probabilities for binary cross entropy, got {targets.Columns} columns or values outside 0 to 1. Choose squared error or soft labels.");
        }

        var network = new StudentNetwork(features, options, targets.Columns, context.Seed);
        StudentTrainer.Train(network, features, targets, labels, loss, options, context, cancellationToken);
        return StudentWriter.Write(network, features, teacher, output, sigmoid: loss == StudentLoss.BinaryCrossEntropy);
    }
}
