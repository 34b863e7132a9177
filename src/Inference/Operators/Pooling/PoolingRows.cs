namespace Inference.Operators.Pooling;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class PoolingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "AveragePool", 1, "X:floating[_,_,*]", n => new Pool<Poolings.Average>(n, new(n.Attributes.Int("count_include_pad", 0) != 0)), OperatorTraits.Floating with { Layout = new PoolLayout() }),
        new("", "GlobalAveragePool", 1, "X:floating[_,_,*]", n => new Pool<Poolings.Average>(n, default, global: true), OperatorTraits.Floating with { Layout = new PoolLayout() }),
        new("", "GlobalLpPool", 1, "X:floating[_,_,*]", n => new Pool<Poolings.Lp>(n, new(LpOrder.Read(n)), global: true), OperatorTraits.Floating),
        new("", "GlobalMaxPool", 1, "X:floating[_,_,*]", n => new Pool<Poolings.Max>(n, default, global: true), OperatorTraits.Floating with { Layout = new PoolLayout() }),
        new("", "LpPool", 1, "X:floating[_,_,*]", n => new Pool<Poolings.Lp>(n, new(LpOrder.Read(n))), OperatorTraits.Floating),
        new("", "MaxPool", 1, "X:numeric[_,_,*]", n => new Pool<Poolings.Max>(n, default), OperatorTraits.Floating with { Layout = new PoolLayout(), Selects = true }),
        new("", "MaxRoiPool", 1, "X:T=floating[_,_,_,_] rois:T[_,5]", n => new MaxRoiPool(n)),
        new("", "MaxUnpool", 9, "X:floating[N,C,*] I:int64[N,C,*] output_shape?:int64[_]", n => new MaxUnpool(n)),
        new("", "RoiAlign", 10, "X:T=floating[N,_,_,_] rois:T[R,4] batch_indices:int64[R]", n => new RoiAlign(n)),
    ];
}
