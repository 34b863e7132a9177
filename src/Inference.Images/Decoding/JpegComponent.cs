namespace Inference.Images.Decoding;

/// <summary>One colour component of a JPEG.</summary>
internal sealed class JpegComponent
{
    public required int Id { get; init; }

    /// <summary>Horizontal sampling factor.</summary>
    public required int H { get; init; }

    /// <summary>Vertical sampling factor.</summary>
    public required int V { get; init; }

    public required int Table { get; init; }

    /// <summary>Blocks a row, whole units.</summary>
    public int BlocksWide { get; set; }

    public int BlocksHigh { get; set; }

    /// <summary>Samples a row that belong to the image.</summary>
    public int Width { get; set; }

    public int Height { get; set; }

    /// <summary>[blocks, 64] in natural order, not yet multiplied by the quantization table.</summary>
    public short[] Coefficients { get; set; } = [];

    public int DcTable { get; set; }

    public int AcTable { get; set; }

    public int Predictor { get; set; }

    /// <summary>[BlocksHigh·8, BlocksWide·8].</summary>
    public byte[] Samples { get; set; } = [];

    public int Stride => BlocksWide * 8;
}
