namespace Inference.Operators.Indexing;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class IndexingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Compress", 9, "input:any condition:bool[_]", n => new Compress(n), OperatorTraits.Floating),
        new("", "DynamicSlice", 1, "data:any starts:I=index[_] ends:I[_] axes?:I[_]", n => new Slice(n)),
        new("", "Gather", 1, "data:any[_,*] indices:index", n => new Gather(n), OperatorTraits.Floating with { Lightness = Lightness.OnShapes }),
        new("", "GatherElements", 11, "data:any[_,*] indices:index[_,*]", n => new GatherElements(n), OperatorTraits.Floating),
        new("", "GatherND", 11, "data:any[_,*] indices:index[_,*]", n => new GatherND(n), OperatorTraits.Floating),
        new("", "NonZero", 9, "X:numeric+bool+string", _ => new NonZero()),
        new("", "OneHot", 9, "indices:numeric depth:numeric[]|[1] values:any[2]", n => new OneHot(n), new() { Deciding = 1..2 }),
        new("", "ReverseSequence", 10, "input:any[_,_,*] sequence_lens:int64[_]", n => new ReverseSequence(n), OperatorTraits.Floating),
        new("", "Scatter", 9, "data:T=any[_,*] indices:index[_,*I] updates:T[_,*]", n => new ScatterElements(n)),
        new("", "ScatterElements", 11, "data:T=any[_,*] indices:index[_,*] updates:T[_,*]", n => new ScatterElements(n), OperatorTraits.Floating),
        new("", "ScatterND", 11, "data:T=any[_,*] indices:int64[_,*] updates:T", n => new ScatterND(n), OperatorTraits.Floating),
        new("", "Slice", 1, "data:any starts?:I=index[_] ends?:I[_] axes?:I[_] steps?:I[_]", n => new Slice(n), OperatorTraits.Moving with { Layout = new SliceLayout(), Deciding = 1.., Lightness = Lightness.OnShapes }),
        new("", "TensorScatter", 24, "past_cache:T=any[B,_,*] update:T[B,_,*] write_indices?:int64[B]", n => new TensorScatter(n)),
    ];
}
