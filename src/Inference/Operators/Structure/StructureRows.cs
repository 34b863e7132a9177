namespace Inference.Operators.Structure;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class StructureRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "CenterCropPad", 18, "input_data:any shape:index[_]", n => new CenterCropPad(n)),
        new("", "Compress", 9, "input:any condition:bool[_]", n => new Compress(n), OperatorTraits.Floating),
        new("", "Concat", 1, "inputs:T=any...", n => new Concat(n), OperatorTraits.Floating with { Layout = new AxisLayout(1, all: true), Lightness = Lightness.OnShapes }),
        new("", "Constant", 1, "", n => new Constant(n)),
        new("", "ConstantOfShape", 9, "input:index[_]", n => new ConstantOfShape(n), new() { Deciding = ..1, Lightness = Lightness.OnShapes }),
        new("", "DepthToSpace", 1, "input:any[_,_,_,_]", n => new DepthToSpace(n), OperatorTraits.Moving),
        new("", "DynamicSlice", 1, "data:any starts:I=index[_] ends:I[_] axes?:I[_]", n => new Slice(n)),
        new("", "Expand", 8, "input:any shape:index[_]", _ => new Expand(), OperatorTraits.Floating with { Deciding = 1..2 }),
        new("", "EyeLike", 9, "input:any[_,_]", n => new EyeLike(n)),
        new("", "Flatten", 1, "input:any", n => new Flatten(n), OperatorTraits.Moving with { Lightness = Lightness.Always }),
        new("", "Gather", 1, "data:any[_,*] indices:index", n => new Gather(n), OperatorTraits.Floating with { Lightness = Lightness.OnShapes }),
        new("", "GatherElements", 11, "data:any[_,*] indices:index[_,*]", n => new GatherElements(n), OperatorTraits.Floating),
        new("", "GatherND", 11, "data:any[_,*] indices:index[_,*]", n => new GatherND(n), OperatorTraits.Floating),
        new("", "NonZero", 9, "X:numeric+bool+string", _ => new NonZero()),
        new("", "OneHot", 9, "indices:numeric depth:numeric[]|[1] values:any[2]", n => new OneHot(n), new() { Deciding = 1..2 }),
        new("", "Pad", 1, "data:T=any pads?:int64[_]|[1,_] constant_value?:T[]|[1] axes?:index[_]", n => new Pad(n), OperatorTraits.Floating with { Layout = new PadLayout(), Deciding = 1..2, HandsOn = Pad.HandsOn }),
        new("", "Range", 11, "start:T=numeric[]|[1] limit:T[]|[1] delta:T[]|[1]", _ => new RangeOp(), new() { Deciding = .., Lightness = Lightness.OnShapes }),
        new("", "Reshape", 1, "data:any shape?:int64[_]", n => new Reshape(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
        new("", "ReverseSequence", 10, "input:any[_,_,*] sequence_lens:int64[_]", n => new ReverseSequence(n), OperatorTraits.Floating),
        new("", "Scatter", 9, "data:T=any[_,*] indices:index[_,*I] updates:T[_,*]", n => new ScatterElements(n)),
        new("", "ScatterElements", 11, "data:T=any[_,*] indices:index[_,*] updates:T[_,*]", n => new ScatterElements(n), OperatorTraits.Floating),
        new("", "ScatterND", 11, "data:T=any[_,*] indices:int64[_,*] updates:T", n => new ScatterND(n), OperatorTraits.Floating),
        new("", "Shape", 1, "data:any", n => new Shape(n), new() { ReadsShapes = true, Lightness = Lightness.Always }),
        new("", "Size", 1, "data:any", _ => new Size(), new() { ReadsShapes = true, Lightness = Lightness.Always }),
        new("", "Slice", 1, "data:any starts?:I=index[_] ends?:I[_] axes?:I[_] steps?:I[_]", n => new Slice(n), OperatorTraits.Moving with { Layout = new SliceLayout(), Deciding = 1.., Lightness = Lightness.OnShapes }),
        new("", "SpaceToDepth", 1, "input:any[_,_,_,_]", n => new SpaceToDepth(n), OperatorTraits.Moving),
        new("", "Split", 1, "input:any split?:int64[_]", n => new Split(n), OperatorTraits.Floating with { Layout = new AxisLayout(0), Deciding = 1..2 }),
        new("", "Squeeze", 1, "data:any axes?:int64[_]|[]", n => new Squeeze(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
        new("", "TensorScatter", 24, "past_cache:T=any[B,_,*] update:T[B,_,*] write_indices?:int64[B]", n => new TensorScatter(n)),
        new("", "Tile", 1, "input:any repeats:int64[_]|[] axis?:int64[_]|[]", n => new Tile(n), OperatorTraits.Floating with { Deciding = 1..2 }),
        new("", "TopK", 1, "X:numeric[_,*] K?:int64[]|[1]", n => new TopK(n), new() { Deciding = 1..2 }),
        new("", "Transpose", 1, "data:any", n => new Transpose(n), OperatorTraits.Moving with { Lightness = Lightness.Always }),
        new("", "Trilu", 14, "input:any[*,_,_] k?:int64[]|[1]", n => new Trilu(n), OperatorTraits.Floating),
        new("", "Unique", 11, "X:numeric+bool+string+packed", n => new Unique(n)),
        new("", "Unsqueeze", 1, "data:any axes?:int64[_]|[]", n => new Unsqueeze(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
    ];
}
