using Inference.Operators.Scoring;
using Ensemble = Inference.Kernels.Trees.TreeEnsemble;
using EnsembleData = Inference.Kernels.Trees.TreeEnsembleData;
using NodeMode = Inference.Kernels.Trees.TreeNodeMode;
using Aggregation = Inference.Kernels.Trees.TreeAggregation;

namespace Inference.Operators.Trees;

/// <summary>The scores of rows: f32 by the kernel where the trees allow it, else node by node; f64 rows node by node. What is not used is not built.</summary>
internal sealed class TreeScores
{
    private readonly Node _node;
    private readonly TreeSource _source;
    private readonly int _targets;
    private readonly TreeAggregate _aggregate;
    private readonly Lazy<TreeEvaluator<float>> _single;
    private readonly Lazy<TreeEvaluator<double>> _double;
    private readonly Lazy<Ensemble>? _kernel;

    // Per target whether every row gets a weight for it; meaningful where the kernel is used.
    private readonly bool[] _has;
    private readonly int _columns;

    public TreeScores(Node node, TreeSource source, int targets, TreeAggregate aggregate)
    {
        _node = node;
        _source = source;
        _targets = targets;
        _aggregate = aggregate;
        _single = new(() => new(Forest<float>.Build(node, source, targets), targets, aggregate));
        _double = new(() => new(Forest<double>.Build(node, source, targets), targets, aggregate));
        _columns = TreeChecks.Check(node, source, targets) + 1;
        _has = new bool[targets];
        if (aggregate is TreeAggregate.Sum or TreeAggregate.Average && _columns > 0
            && !Array.Exists(source.Modes, m => m is TreeMode.Member or TreeMode.Equal or TreeMode.NotEqual) && TreeChecks.FindScored(source, _has))
        {
            _kernel = new(CreateKernel);
        }
    }

    /// <summary>Calls <paramref name="finish"/> with the scores of each row; a row may come on any thread.</summary>
    /// <typeparam name="TSingle">Takes what a row scored in f32.</typeparam>
    /// <typeparam name="TDouble">Takes what a row scored in f64.</typeparam>
    public unsafe void Run<TSingle, TDouble>(KernelContext context, Tensor x, TSingle finish, TDouble wide)
        where TSingle : struct, IRowFinish<float>
        where TDouble : struct, IRowFinish<double>
    {
        (long rows, long columns) = FeatureRows.Size(x);
        if (rows > 0 && _columns > columns)
        {
            throw context.Error($"input 0: expected at least {_columns} columns, got {columns}.");
        }

        if (x.Type == ElementType.Float64)
        {
            _double.Value.Run(context, x, context.Scratch(_double.Value.ScratchBytes(rows, columns)), wide);
        }
        else if (_kernel is null)
        {
            _single.Value.Run(context, x, context.Scratch(_single.Value.ScratchBytes(rows, columns)), finish);
        }
        else
        {
            RunKernel(context, x, rows, columns, finish);
        }
    }

    private unsafe void RunKernel<TFinish>(KernelContext context, Tensor x, long rows, long columns, TFinish finish)
        where TFinish : struct, IRowFinish<float>
    {
        long copied = x.Type == ElementType.Float32 ? 0 : x.Count;
        float* scores = (float*)context.Scratch(TensorShape.Count([rows, _targets, sizeof(float)]) + (copied * sizeof(float)));
        float* features = (float*)x.Data;
        if (copied > 0)
        {
            features = scores + (rows * _targets);
            for (long i = 0; i < copied; i++)
            {
                if ((i & 0xFFFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                features[i] = FeatureRows.At<float>(x, i);
            }
        }

        context.ThrowIfCancelled();
        _kernel!.Value.Run(features, (nint)columns, (nint)rows, scores, context.Threads);
        for (long row = 0; row < rows; row++)
        {
            if ((row & 0xFFF) == 0)
            {
                context.ThrowIfCancelled();
            }

            finish.Row((int)row, new Span<float>(scores + (row * _targets), _targets), _has);
        }
    }

    private Ensemble CreateKernel()
    {
        var leaves = new List<int>();
        var targets = new List<int>();
        var weights = new List<double>();
        for (int i = 0; i < _source.Weights.Length; i++)
        {
            foreach ((long target, double weight) in _source.Weights[i] ?? [])
            {
                // Leaves that no tree reaches were not checked.
                if ((ulong)target < (ulong)_targets)
                {
                    leaves.Add(i);
                    targets.Add((int)target);
                    weights.Add(weight);
                }
            }
        }

        return Ensemble.Create(new EnsembleData
        {
            Roots = [.. _source.Roots],
            Modes = Array.ConvertAll(_source.Modes, m => m switch
            {
                TreeMode.LessOrEqual => NodeMode.LessOrEqual,
                TreeMode.Less => NodeMode.Less,
                TreeMode.GreaterOrEqual => NodeMode.GreaterOrEqual,
                TreeMode.Greater => NodeMode.Greater,
                _ => NodeMode.Leaf,
            }),
            Features = Array.ConvertAll(_source.Features, f => f is >= 0 and <= int.MaxValue ? (int)f : 0),
            Thresholds = _source.Thresholds,
            TrueChildren = _source.TrueChildren,
            FalseChildren = _source.FalseChildren,
            MissingTracksTrue = _source.MissingIsTrue,
            WeightLeaves = [.. leaves],
            WeightTargets = [.. targets],
            Weights = [.. weights],
            TargetCount = _targets,
            FeatureCount = _columns,
            Aggregation = _aggregate == TreeAggregate.Average ? Aggregation.Average : Aggregation.Sum,
        });
    }
}
