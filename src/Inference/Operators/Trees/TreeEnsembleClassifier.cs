using System.Numerics;
using Inference.Operators.Scoring;

namespace Inference.Operators.Trees;

/// <summary>The class of each row [N] and the score of each class [N, E]. Source: ONNX-ML TreeEnsembleClassifier, opsets 1 to 3; arithmetic of ONNX Runtime.</summary>
internal sealed class TreeEnsembleClassifier : Operator
{
    private readonly ClassLabels _labels;
    private readonly TreeScores _scores;
    private readonly double[] _base;
    private readonly PostTransform _transform;

    // Two classes of which the leaves, and at most one base value, score one: that score decides and gives both columns.
    private readonly bool _oneScore;
    private readonly bool _positiveWeights = true;

    public TreeEnsembleClassifier(Node node)
    {
        _labels = new(node, "classlabels_int64s", "classlabels_strings");
        TreeSource source = TreeAttributes.Read(node, "class");
        int classes = Math.Max(1, _labels.Count);
        if (classes > MlAttributes.MaxCount)
        {
            throw new ModelLoadException($"{node.Describe()}: expected at most {MlAttributes.MaxCount} class labels, got {classes}.");
        }

        _scores = new(node, source, classes, TreeAggregate.Sum);
        _base = TreeAttributes.Numbers(node.Attributes, "base_values") ?? [];
        if (_base.Length > classes)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'base_values': expected at most {classes} values, got {_base.Length}.");
        }

        _transform = PostTransforms.Read(node);
        var scored = new HashSet<long>();
        foreach (List<(long Target, double Weight)>? leaf in source.Weights)
        {
            foreach ((long target, double weight) in leaf ?? [])
            {
                scored.Add(target);
                _positiveWeights &= weight >= 0;
            }
        }

        _oneScore = classes == 2 && scored.Count == 1 && _base.Length < 2;
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension rows = FeatureRows.Rows(context, 0);
        context.SetOutput(0, _labels.Type, [rows]);
        context.SetOutput(1, ElementType.Float32, [rows, Dimension.Fixed(Math.Max(1, _labels.Count))]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor? labels = context.HasOutput(0) ? context.Output(0) : null;
        Tensor? scores = context.HasOutput(1) ? context.Output(1) : null;
        _scores.Run(context, x, new Finish<float>(this, labels, scores), new Finish<double>(this, labels, scores));
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private readonly struct Finish<C>(TreeEnsembleClassifier op, Tensor? labels, Tensor? output) : IRowFinish<C>
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        public void Row(int row, Span<C> scores, ReadOnlySpan<bool> has)
        {
            Span<float> result = output is null ? (stackalloc float[scores.Length <= 256 ? scores.Length : 0]) : output.Span<float>().Slice(row * scores.Length, scores.Length);
            if (result.Length < scores.Length)
            {
                result = new float[scores.Length];
            }

            int label = scores.Length == 2 ? Two(scores, has, result) : Many(scores, has, result);
            if (labels is not null)
            {
                op._labels.Write(labels, row, label);
            }
        }

        // Classes that no leaf and no base value scores do not win.
        private int Many(Span<C> scores, ReadOnlySpan<bool> has, Span<float> result)
        {
            int best = -1;
            for (int i = 0; i < scores.Length; i++)
            {
                bool based = i < op._base.Length;
                scores[i] += based ? C.CreateTruncating(op._base[i]) : C.Zero;
                if ((has[i] || based) && (best < 0 || scores[i] > scores[best]))
                {
                    best = i;
                }

                result[i] = float.CreateTruncating(scores[i]);
            }

            PostTransforms.Apply(op._transform, result);
            return Math.Max(best, 0);
        }

        private int Two(Span<C> scores, ReadOnlySpan<bool> has, Span<float> result)
        {
            bool second = has[1];
            if (op._base.Length == 2)
            {
                scores[0] += C.CreateTruncating(op._base[0]);
                scores[1] += C.CreateTruncating(op._base[1]);
            }
            else if (op._base.Length == 1)
            {
                (second ? ref scores[1] : ref scores[0]) += C.CreateTruncating(op._base[0]);
            }

            C decisive = second ? scores[1] : scores[0];
            if (!op._oneScore)
            {
                result[0] = float.CreateTruncating(scores[0]);
                result[1] = float.CreateTruncating(scores[1]);
                PostTransforms.Apply(op._transform, result);
                return scores[1] > scores[0] ? 1 : 0;
            }

            float score = float.CreateTruncating(decisive);
            (result[0], result[1]) = op._transform switch
            {
                PostTransform.Logistic => PostTransforms.LogisticPair(score),
                PostTransform.Probit => (1f - PostTransforms.Probit(score), PostTransforms.Probit(score)),
                _ when op._positiveWeights => (1f - score, score),
                _ => (-score, score),
            };
            if (op._transform is PostTransform.Softmax or PostTransform.SoftmaxZero)
            {
                PostTransforms.Apply(op._transform, result);
            }

            return decisive > (op._positiveWeights ? C.CreateTruncating(0.5) : C.Zero) ? 1 : 0;
        }
    }
}
