using System.Numerics;
using Inference.Operators.Scoring;

namespace Inference.Operators.Trees;

/// <summary>Y[n, t] = transform(aggregate of the weights for target t of the leaves that row n reaches + base value). Source: ONNX-ML TreeEnsembleRegressor, opsets 1 to 3.</summary>
internal sealed class TreeEnsembleRegressor : Operator
{
    private readonly TreeScores _scores;
    private readonly double[]? _base;
    private readonly PostTransform _transform;
    private readonly int _targets;

    public TreeEnsembleRegressor(Node node)
    {
        _targets = MlAttributes.Count(node, "n_targets", 1);
        TreeSource source = TreeAttributes.Read(node, "target");
        TreeAggregate aggregate = node.Attributes.String("aggregate_function", "SUM") switch
        {
            "SUM" => TreeAggregate.Sum,
            "AVERAGE" => TreeAggregate.Average,
            "MIN" => TreeAggregate.Min,
            "MAX" => TreeAggregate.Max,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'aggregate_function': expected SUM, AVERAGE, MIN or MAX, got '{other}'."),
        };
        _scores = new(node, source, _targets, aggregate);
        _base = TreeAttributes.Numbers(node.Attributes, "base_values");
        if (_base is not null && _base.Length != _targets && _base.Length != 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'base_values': expected {_targets} values, got {_base.Length}.");
        }

        _transform = PostTransforms.Read(node);
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, ElementType.Float32, [FeatureRows.Rows(context, 0), Dimension.Fixed(_targets)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        _scores.Run(context, x, new Finish<float>(this, y), new Finish<double>(this, y));
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private readonly struct Finish<C>(TreeEnsembleRegressor op, Tensor y) : IRowFinish<C>
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        public void Row(int row, Span<C> scores, ReadOnlySpan<bool> has)
        {
            Span<float> target = y.Span<float>().Slice(row * scores.Length, scores.Length);
            for (int i = 0; i < scores.Length; i++)
            {
                C score = op._base is { } values ? scores[i] + C.CreateTruncating(values[values.Length == 1 ? 0 : i]) : scores[i];
                target[i] = float.CreateTruncating(score);
            }

            // With one target ONNX Runtime applies PROBIT alone; softmax of one score says nothing anyway.
            if (target.Length > 1 || op._transform is PostTransform.Probit)
            {
                PostTransforms.Apply(op._transform, target);
            }
        }
    }
}
