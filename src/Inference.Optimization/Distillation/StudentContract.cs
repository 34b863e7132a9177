using System.Numerics.Tensors;
using Inference.Onnx;

namespace Inference.Optimization.Distillation;

/// <summary>How a student returns the teacher's outputs, with the same names, ranks and types, and what each is trained with: decided from what the teacher returned, before the training.</summary>
/// <param name="Heads">The outputs that are learnt.</param>
/// <param name="Labels">The integer outputs that follow from them.</param>
internal sealed record StudentContract(IReadOnlyList<StudentHead> Heads, IReadOnlyList<StudentLabel> Labels)
{
    // Probabilities of a row add up to 1 within the rounding of their type.
    private const float RoundingOfSums = 5e-3f;

    // A column that hardly varies is not to be amplified.
    private const double LeastDeviation = 1e-6;

    // Ties are broken differently by different runtimes.
    private const double LeastAgreement = 0.999;

    public int Columns => Heads.Sum(static h => h.Width);

    /// <param name="answers">The teacher's outputs.</param>
    /// <param name="labels">The true labels, one for each row; null if there are none.</param>
    /// <param name="stated">The loss of the options.</param>
    /// <exception cref="OptimizationException">An output cannot be returned by a student, or the loss does not fit.</exception>
    public static StudentContract Decide(IReadOnlyList<TeacherAnswers> answers, float[]? labels, StudentLoss stated)
    {
        var heads = new List<StudentHead>();
        int start = 0;
        foreach (TeacherAnswers answer in answers.Where(static a => IsFloat(a.Type)))
        {
            heads.Add(Head(answer, start, labels, stated));
            start += answer.Width;
        }

        var integers = new List<StudentLabel>();
        foreach (TeacherAnswers answer in answers.Where(static a => !IsFloat(a.Type)))
        {
            integers.Add(Label(answer, answers, heads)
                ?? throw new OptimizationException(
                    $"Student, output '{answer.Name}': expected float numbers, or integers that are the class of the greatest score of another output, got {answer.Type.Name()} that are neither. Choose the output to learn alone (--output-name)."));
        }

        return new StudentContract(heads, integers);
    }

    /// <summary>Each row's targets for all heads, probabilities as they are, values standardized.</summary>
    public float[] Targets(IReadOnlyList<TeacherAnswers> answers, int rows)
    {
        var targets = new float[rows * Columns];
        foreach (StudentHead head in Heads)
        {
            TeacherAnswers answer = answers.First(a => a.Name == head.Name);
            for (int row = 0; row < rows; row++)
            {
                Span<float> target = targets.AsSpan((row * Columns) + head.Start, head.Width);
                answer.Row(row).CopyTo(target);
                if (head.Loss == StudentLoss.SoftLabels && !head.Probabilities)
                {
                    TensorPrimitives.SoftMax(target, target);
                }

                for (int i = 0; head.Mean.Length > 0 && i < target.Length; i++)
                {
                    target[i] = (target[i] - head.Mean[i]) / head.Deviation[i];
                }
            }
        }

        return targets;
    }

    private static bool IsFloat(OnnxElementType type) => type is OnnxElementType.Float32 or OnnxElementType.Float16 or OnnxElementType.Float64;

    private static StudentHead Head(TeacherAnswers answer, int start, float[]? labels, StudentLoss stated)
    {
        int width = answer.Width;
        bool shares = Array.TrueForAll(answer.Values, static v => v is >= 0 and <= 1);
        bool distribution = shares && width > 1 && answer.RowShape.Length == 1 && Enumerable.Range(0, answer.Values.Length / width).All(r => Math.Abs(TensorPrimitives.Sum(answer.Row(r)) - 1) < RoundingOfSums);
        StudentLoss loss = stated != StudentLoss.Auto ? stated
            : distribution || (answer.RowShape.Length == 1 && width > 1 && AreClasses(labels, width)) ? StudentLoss.SoftLabels
            : width == 1 && shares ? StudentLoss.BinaryCrossEntropy
            : StudentLoss.SquaredError;
        if (loss == StudentLoss.BinaryCrossEntropy && (width != 1 || !shares))
        {
            throw new OptimizationException($"Student, output '{answer.Name}': expected one column of probabilities for binary cross entropy, got {width} columns or values outside 0 to 1. Choose squared error or soft labels.");
        }

        bool probabilities = loss == StudentLoss.BinaryCrossEntropy || (loss == StudentLoss.SoftLabels && distribution);
        (float[] mean, float[] deviation) = loss == StudentLoss.SquaredError ? Moments(answer) : ([], []);
        return new StudentHead(answer.Name, start, width, answer.RowShape, answer.Type, loss, probabilities, mean, deviation);
    }

    // Several columns are scores of classes if the labels are indices of columns; without labels they are learnt as the numbers that they are.
    private static bool AreClasses(float[]? labels, int width) => labels is not null && Array.TrueForAll(labels, l => l >= 0 && l < width && l == MathF.Floor(l));

    private static (float[] Mean, float[] Deviation) Moments(TeacherAnswers answer)
    {
        int rows = answer.Values.Length / answer.Width;
        var mean = new float[answer.Width];
        var deviation = new float[answer.Width];
        for (int c = 0; c < answer.Width; c++)
        {
            double sum = 0, squares = 0;
            for (int r = 0; r < rows; r++)
            {
                sum += answer.Values[(r * answer.Width) + c];
            }

            for (int r = 0; r < rows; r++)
            {
                double difference = answer.Values[(r * answer.Width) + c] - (sum / rows);
                squares += difference * difference;
            }

            mean[c] = (float)(sum / rows);
            deviation[c] = (float)Math.Max(Math.Sqrt(squares / rows), LeastDeviation);
        }

        return (mean, deviation);
    }

    private static StudentLabel? Label(TeacherAnswers labels, IReadOnlyList<TeacherAnswers> answers, List<StudentHead> heads)
    {
        if (labels.Width != 1)
        {
            return null;
        }

        foreach (StudentHead head in heads.Where(static h => h.Width > 1 && h.RowShape.Length == 1))
        {
            TeacherAnswers scores = answers.First(a => a.Name == head.Name);
            int[] best = [.. Enumerable.Range(0, labels.Values.Length).Select(r => TensorPrimitives.IndexOfMax(scores.Row(r)))];

            // The label most often seen for a column; a column that was never the greatest is called by its number.
            long[] classes = [.. Enumerable.Range(0, head.Width).Select(c => (long)(Enumerable.Range(0, best.Length).Where(r => best[r] == c).GroupBy(r => labels.Values[r]).MaxBy(g => g.Count())?.Key ?? c))];
            if (Enumerable.Range(0, best.Length).Count(r => classes[best[r]] == (long)labels.Values[r]) >= LeastAgreement * best.Length)
            {
                return new StudentLabel(labels.Name, labels.RowShape, labels.Type, head.Name, classes);
            }
        }

        return null;
    }
}
