using Inference.Operators.Scoring;

namespace Inference.Operators.Linear;

/// <summary>The class with the highest linear score of each row [N], and the scores [N, E]. Source: ONNX-ML LinearClassifier, opset 1.</summary>
internal sealed class LinearClassifier : Operator
{
    private readonly ClassLabels _labels;
    private readonly LinearScores _scores;
    private readonly PostTransform _transform;

    // One score for two classes: its sign decides.
    private readonly bool _oneScore;

    public LinearClassifier(Node node)
    {
        _labels = new(node, "classlabels_ints", "classlabels_strings");
        int targets = node.Attributes.Floats("intercepts")?.Length ?? Math.Max(1, _labels.Count);
        _scores = new(node, targets);
        _transform = PostTransforms.Read(node);
        _oneScore = targets == 1 && _labels.Count == 2;
        if (_labels.Count != 0 && _labels.Count != targets && !_oneScore)
        {
            throw new ModelLoadException($"{node.Describe()}: expected as many labels as scores, got {_labels.Count} and {targets}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        _scores.Check(context);
        Dimension rows = FeatureRows.Rows(context, 0);
        context.SetOutput(0, _labels.Type, [rows]);
        context.SetOutput(1, ElementType.Float32, [rows, Dimension.Fixed(_oneScore ? 2 : _scores.Targets)]);
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        (long rows, _) = FeatureRows.Size(x);
        long own = TensorShape.Count([rows, _scores.Targets, sizeof(float)]);
        byte* scratch = context.Scratch(own + _scores.ScratchBytes(x));
        float* scores = (float*)scratch;
        _scores.Run(context, x, scratch + own, scores);
        Tensor? labels = context.HasOutput(0) ? context.Output(0) : null;
        Tensor? output = context.HasOutput(1) ? context.Output(1) : null;
        for (int row = 0; labels is not null && row < rows; row++)
        {
            var line = new ReadOnlySpan<float>(scores + ((long)row * _scores.Targets), _scores.Targets);
            _labels.Write(labels, row, _oneScore ? (line[0] > 0 ? 1 : 0) : Best(line));
        }

        if (output is null)
        {
            return;
        }

        float* target = (float*)output.Data;
        for (long row = 0; _oneScore && row < rows; row++)
        {
            (target[2 * row], target[(2 * row) + 1]) = Pair(scores[row]);
        }

        if (!_oneScore)
        {
            Buffer.MemoryCopy(scores, target, own, own);
            PostTransforms.Apply(_transform, target, rows, _scores.Targets);
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private (float Negative, float Positive) Pair(float score) => _transform switch
    {
        PostTransform.Logistic => (1f - PostTransforms.Logistic(score), PostTransforms.Logistic(score)),
        PostTransform.Probit => (1f - PostTransforms.Probit(score), PostTransforms.Probit(score)),
        _ => (1f - score, score),
    };

    private static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
            {
                best = i;
            }
        }

        return best;
    }
}
