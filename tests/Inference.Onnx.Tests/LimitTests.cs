using Inference.Onnx.Tests.Support;

namespace Inference.Onnx.Tests;

public class LimitTests
{
    private static readonly byte[] Varied = SmallModels.Varied().ToArray();

    [Fact]
    public void Read_FileAboveLimit_Throws() => Refused(new() { MaxFileBytes = Varied.Length - 1 }, nameof(OnnxReadOptions.MaxFileBytes));

    [Fact]
    public void Read_NestingAboveLimit_Throws() => Refused(new() { MaxNestingDepth = 4 }, nameof(OnnxReadOptions.MaxNestingDepth));

    [Fact]
    public void Read_NodesAboveLimit_Throws() => Refused(new() { MaxNodes = 5 }, nameof(OnnxReadOptions.MaxNodes));

    [Fact]
    public void Read_MessagesAboveLimit_Throws() => Refused(new() { MaxMessages = 20 }, nameof(OnnxReadOptions.MaxMessages));

    [Fact]
    public void Read_TensorElementsAboveLimit_Throws() => Refused(new() { MaxTensorElements = 2 }, nameof(OnnxReadOptions.MaxTensorElements));

    [Fact]
    public void Read_TotalElementsAboveLimit_Throws() => Refused(new() { MaxTotalElements = 6 }, nameof(OnnxReadOptions.MaxTotalElements));

    [Fact]
    public void Read_ThousandsOfNestedGraphs_ThrowsWithoutOverflow()
    {
        var bytes = new ProtoBytes().Varint(1, 8).Message(7, Nest(new ProtoBytes(), 3000)).ToArray();
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(bytes));
        Assert.StartsWith("graph.node[0].attribute[0].g.node[0]", error.FieldPath, StringComparison.Ordinal);
        Assert.True(error.ByteOffset > 0);
    }

    [Fact]
    public void Read_NestedTypesAtMostDepth_IsReadWithinTheStack()
    {
        var type = new ProtoBytes();
        for (var i = 0; i < 200; i++)
        {
            type = new ProtoBytes().Message(4, new ProtoBytes().Message(1, type));
        }

        var bytes = new ProtoBytes().Message(7, new ProtoBytes().Message(11, new ProtoBytes().Message(2, type))).ToArray();
        Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(bytes));
        var model = OnnxModel.Read(bytes, new() { MaxNestingDepth = 500 });
        Assert.Equal(bytes, model.ToArray());
    }

    [Fact]
    public void Read_NestedUnknownGroups_AreSkippedWithoutRecursion()
    {
        var open = Enumerable.Repeat(new byte[] { 0xA3, 0x38 }, 100_000).SelectMany(b => b);
        var close = Enumerable.Repeat(new byte[] { 0xA4, 0x38 }, 100_000).SelectMany(b => b);
        byte[] bytes = [.. new ProtoBytes().Message(7, new ProtoBytes()).ToArray(), .. open, .. close];
        Assert.Equal(bytes, OnnxModel.Read(bytes).ToArray());
    }

    [Fact]
    public void Read_DeclaredCountsFarBeyondTheBytes_DoNotAllocate()
    {
        // A tensor that claims 2^35 elements and a packed field that claims 2^31 bytes.
        var tensor = new ProtoBytes().Varint(1, 1L << 35).Varint(2, 1);
        var bytes = new ProtoBytes().Message(7, new ProtoBytes().Message(5, tensor)).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var model = OnnxModel.Read(bytes);
        Assert.Throws<OnnxFormatException>(() => model.Graph.Initializers[0].GetBytes());
        byte[] claim = [0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1];
        Assert.Throws<OnnxFormatException>(() => OnnxTensor.Read(claim));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Options_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxReadOptions { MaxNestingDepth = 501 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxReadOptions { MaxFileBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxReadOptions { MaxNodes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxWriteOptions { ExternalDataThreshold = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxWriteOptions { ExternalDataAlignment = 0 });
    }

    private static ProtoBytes Nest(ProtoBytes inner, int levels)
    {
        for (var i = 0; i < levels; i++)
        {
            inner = new ProtoBytes().Message(1, new ProtoBytes().Message(5, new ProtoBytes().Text(1, "g").Message(6, inner)));
        }

        return inner;
    }

    private static void Refused(OnnxReadOptions options, string limit)
    {
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(Varied, options));
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
        OnnxModel.Read(Varied);
    }
}
