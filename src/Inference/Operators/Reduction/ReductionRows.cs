using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ReductionRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "ArgMax", 1, "data:numeric", n => new ArgReduce(n, largest: true)),
        new("", "ArgMin", 1, "data:numeric", n => new ArgReduce(n, largest: false)),
        new("", "CumProd", 26, "x:numeric[_,*] axis:index[]|[1]", n => new Cumulative(n, product: true), OperatorTraits.Floating),
        new("", "CumSum", 11, "x:numeric[_,*] axis:index[]|[1]", n => new Cumulative(n, product: false), OperatorTraits.Floating),
        new("", "Hardmax", 1, "input:floating", n => new Softmax(n, SoftmaxKind.Hardmax)),
        new("", "LogSoftmax", 1, "input:floating", n => new Softmax(n, SoftmaxKind.LogSoftmax), OperatorTraits.Floating with { Layout = new AxisLayout(-1, since: 13) }),
        new("", "ReduceL1", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.L1>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceL2", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.L2>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceLogSum", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.LogSum>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceLogSumExp", 1, "data:numeric axes?:int64[_]", n => new ReduceLogSumExp(n), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceMax", 1, "data:numeric+bool axes?:int64[_]", n => new Reduce<Reducers.Max>(n, 18, TypeSet.Numeric | TypeSet.Bool), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceMean", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.Mean>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18, pools: true) }),
        new("", "ReduceMin", 1, "data:numeric+bool axes?:int64[_]", n => new Reduce<Reducers.Min>(n, 18, TypeSet.Numeric | TypeSet.Bool), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "ReduceProd", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.Prod>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18), Lightness = Lightness.OnShapes }),
        new("", "ReduceSum", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.Sum>(n, 13, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(13) }),
        new("", "ReduceSumSquare", 1, "data:numeric axes?:int64[_]", n => new Reduce<Reducers.SumSquare>(n, 18, TypeSet.Numeric), OperatorTraits.Floating with { Layout = new ReducedLayout(18) }),
        new("", "Softmax", 1, "input:floating", n => new Softmax(n, SoftmaxKind.Softmax), OperatorTraits.Floating with { Layout = new AxisLayout(-1, since: 13) }),
    ];
}
