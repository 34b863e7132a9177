using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Distillation;

/// <summary>Trains small students on a model's outputs. Thread-safe.</summary>
public static class Distiller
{
    /// <summary>Trains a student and returns it as an ONNX model with the teacher's inputs and outputs: the same names, ranks and element types. Several outputs are learnt by one student.</summary>
    /// <param name="context">Provides the loader that runs the teacher, and the seed.</param>
    /// <param name="teacher">The model to learn from; not changed.</param>
    /// <param name="data">The training rows.</param>
    /// <param name="options">The options; null for a linear student.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <exception cref="OptimizationException">An option is out of range, an input is neither float32 nor an integer id, or an output cannot be returned by a student; found before the training.</exception>
    /// <exception cref="DataException">The data does not match the teacher, or has fewer than 10 rows.</exception>
    public static async Task<OnnxModel> TrainAsync(
        OptimizationContext context, OnnxModel teacher, IDataSource data, StudentOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new StudentOptions();
        options.Validate();
        StudentFeatures features = await StudentFeatures.ReadAsync(teacher, data, cancellationToken).ConfigureAwait(false);
        if (features.Rows < 10)
        {
            throw new DataException($"{data.Name}: expected at least 10 rows to train a student on, got {features.Rows}. Add rows.");
        }

        float[]? labels = options.Labels is { } column ? await LabelsAsync(data, column, cancellationToken).ConfigureAwait(false) : null;
        List<TeacherAnswers> answers = await TeacherAnswers.ReadAsync(context, teacher, data, options.Output, cancellationToken).ConfigureAwait(false);
        StudentContract contract = StudentContract.Decide(answers, labels, options.Loss);
        var network = new StudentNetwork(features, options, contract.Columns, context.Seed);
        float[] targets = contract.Targets(answers, features.Rows);
        StudentTrainer.Train(network, features, contract, targets, FitClasses(contract, labels) ? labels : null, options, context, cancellationToken);
        return StudentWriter.Write(network, features, teacher, contract);
    }

    /// <summary>Measures how much of the teacher's outputs a student returns: the share of their variance that it explains, 1 for equal outputs, 0 or less for a student that is no better than the mean; the least of all
    /// outputs.</summary>
    /// <param name="context">Provides the loader that runs both models.</param>
    /// <param name="teacher">The teacher.</param>
    /// <param name="student">The student.</param>
    /// <param name="data">Rows that the student was not trained on.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<double> FidelityAsync(OptimizationContext context, OnnxModel teacher, OnnxModel student, IDataSource data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(data);
        double least = double.PositiveInfinity;
        foreach (OnnxValueInfo output in student.Graph.Outputs.Where(static o => o.Type?.ElementType is OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.Float64))
        {
            Predictions wanted = await Predictor.RunAsync(context, teacher, data, output.Name, "teacher", cancellationToken).ConfigureAwait(false);
            Predictions got = await Predictor.RunAsync(context, student, data, output.Name, "student", cancellationToken).ConfigureAwait(false);
            least = Math.Min(least, Predictions.Explained(wanted, got));
        }

        return least;
    }

    private static async Task<float[]?> LabelsAsync(IDataSource data, string column, CancellationToken cancellationToken)
    {
        EvaluationSet set = await EvaluationSet.ReadAsync(data, new EvaluationOptions { Labels = column }, cancellationToken).ConfigureAwait(false);

        // Texts and labels of several numbers are no indices of columns.
        return set.Labels is { ElementType: not ElementType.String } labels && labels.ElementCount == set.Rows ? TensorConversion.ToFloats(labels) : null;
    }

    private static bool FitClasses(StudentContract contract, float[]? labels) =>
        labels is not null && Array.TrueForAll(labels, l => l >= 0 && l == MathF.Floor(l) && l < Math.Max(2, contract.Columns));
}
