namespace Inference.Operators.Images;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ImagesRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "AffineGrid", 20, "theta:floating[_,_,_] size:int64[_]", n => new AffineGrid(n)),
        new("", "Crop", 1, "input:any[_,_,_,_]", n => new Crop(n)),
        new("", "GridSample", 16, "X:numeric[N,_,_,*] grid:floating[N,_,_,*]", n => new GridSample(n)),
        new("", "ImageDecoder", 20, "encoded_stream:uint8[_]", (n, table) => new ImageDecoder(n, table.Images), new() { NeedsImages = true }),
        new("", "ImageScaler", 1, "input:floating[_,_,_,_]", n => new ImageScaler(n)),
        new("", "NonMaxSuppression", 10, "boxes:float[N,S,4] scores:float[N,_,S] max_output_boxes_per_class?:int64[]|[1] iou_threshold?:float[]|[1] score_threshold?:float[]|[1]", n => new NonMaxSuppression(n)),
        new("", "Resize", 10, "X:any roi?:floating[_] scales?:float[_] sizes?:int64[_]", n => new Resize(n), OperatorTraits.Floating with { Layout = new ResizeLayout(), Deciding = 3..4 }),
        new("", "Upsample", 1, "X:any scales?:float[_]", n => new Resize(n), OperatorTraits.Floating),
        new(Domains.Microsoft, "GridSample", 1, "X:float[N,_,_,_] Grid:float[N,_,_,2]", n => new GridSample(n)),
    ];
}
