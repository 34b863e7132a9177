using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests;

public class MalformedTests
{
    [Fact]
    public void Read_NoBytes_SaysThereIsNoGraph()
    {
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(ReadOnlyMemory<byte>.Empty));
        Assert.Equal("ONNX, graph, byte 0: expected a graph, got none. The file is truncated or not an ONNX model.", error.Message);
    }

    [Fact]
    public void Read_LengthBeyondTheMessage_SaysWhere()
    {
        byte[] bytes = [0x3A, 0x04, 0x0A, 0x05, 0x01, 0x02];
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(bytes));
        Assert.Equal("ONNX, graph.node, byte 3: expected at most 2 more bytes, got a length of 5. The file is truncated or damaged.", error.Message);
        Assert.Equal("graph.node", error.FieldPath);
        Assert.Equal(3, error.ByteOffset);
    }

    [Fact]
    public void Load_Damaged_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("bad.onnx"), [0x3A]);
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(folder.File("bad.onnx")));
        Assert.Equal(folder.File("bad.onnx"), error.FileName);
        Assert.Equal($"ONNX file '{folder.File("bad.onnx")}', graph, byte 1: expected the rest of a number, got the end of the message. The file is truncated or damaged.", error.Message);
    }

    [Fact]
    public void Read_WrongWireType_SaysWhatCame() => Fails(
        new ProtoBytes().Text(1, "x"), "ONNX, ir_version, byte 0: expected field 1 encoded as Varint, got Length. The file is damaged or not an ONNX file.");

    [Fact]
    public void Read_NumberOfElevenBytes_Throws() => Fails(
        new ProtoBytes().Raw(0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), "ONNX, ir_version, byte 1: expected a number of at most 64 bits, got a longer one. The file is damaged.");

    [Fact]
    public void Read_InvalidUtf8_Throws() => Fails(
        new ProtoBytes().Bytes(2, 0xC3, 0x28), "ONNX, producer_name, byte 2: expected UTF-8 text, got bytes that are not UTF-8. The file is damaged.");

    [Fact]
    public void Read_FieldZero_Throws() => Fails(
        new ProtoBytes().Raw(0x00, 0x00), "ONNX, byte 0: expected the tag of a field, got 0. The file is damaged or not an ONNX file.");

    [Fact]
    public void Read_EndOfGroupWithoutBegin_Throws() => Fails(
        new ProtoBytes().Raw(0xA4, 0x38), "ONNX, byte 0: expected a field, got the end of a group without its start. The file is damaged.");

    [Theory]
    [InlineData(new long[] { -1 })]
    [InlineData(new[] { 1L << 32, 1L << 32 })]
    [InlineData(new[] { long.MaxValue, 2L })]
    public void Read_ImpossibleDims_Throws(long[] dims)
    {
        var error = Assert.Throws<OnnxFormatException>(() => OnnxTensor.Read(new ProtoBytes().Packed(1, dims).Varint(2, 1)));
        Assert.Equal("dims", error.FieldPath);
        Assert.Contains($"got [{string.Join(',', dims)}]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HugeDimsWithAZero_IsEmpty() => Assert.Equal(0, OnnxTensor.Read(new ProtoBytes().Packed(1, long.MaxValue, long.MaxValue, 0).Varint(2, 1)).ElementCount);

    [Fact]
    public void Read_PackedFloatsOfOddLength_Throws()
    {
        var error = Assert.Throws<OnnxFormatException>(() => OnnxTensor.Read(new ProtoBytes().Bytes(4, 1, 2, 3)));
        Assert.Equal("ONNX, float_data, byte 1: expected a multiple of 4 bytes, got 3. The file is damaged.", error.Message);
    }

    [Theory]
    [InlineData(1, 9, 15, "tensor 'w': float32[2,2]: expected 16 bytes in raw_data, got 15")]
    [InlineData(1, 4, 12, "tensor 'w': float32[2,2]: expected 16 bytes in float_data, got 12")]
    [InlineData(22, 9, 3, "tensor 'w': int4[2,2]: expected 2 bytes in raw_data, got 3")]
    [InlineData(0, 9, 0, "tensor 'w': expected a known element type, got undefined")]
    [InlineData(99, 9, 0, "tensor 'w': expected a known element type, got type 99")]
    [InlineData(8, 9, 0, "tensor 'w': expected an element type of fixed width, got string; its content is in StringData")]
    public void GetBytes_ContentDoesNotFitDims_Throws(int type, int field, int length, string message)
    {
        var tensor = OnnxTensor.Read(new ProtoBytes().Packed(1, 2, 2).Varint(2, type).Text(8, "w").Bytes(field, new byte[length]));
        Assert.Equal($"ONNX, {message}. Correct the model.", Assert.Throws<OnnxFormatException>(() => tensor.GetBytes()).Message);
    }

    [Theory]
    [InlineData(5, 3, "expected 2 numbers in int32_data, got 3")]
    [InlineData(7, 1, "expected 2 numbers in int64_data, got 1")]
    [InlineData(13, 3, "expected 2 numbers in uint64_data, got 3")]
    public void GetBytes_TypedCountDoesNotFitDims_Throws(int type, int count, string message)
    {
        var field = type switch { 5 => 5, 7 => 7, _ => 11 };
        var tensor = OnnxTensor.Read(new ProtoBytes().Varint(1, 2).Varint(2, type).Packed(field, new long[count]));
        Assert.Contains(message, Assert.Throws<OnnxFormatException>(() => tensor.GetBytes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_CountDoesNotFitDims_Throws() => Assert.Throws<ArgumentException>(() => OnnxTensor.Create<float>("w", [1, 2, 3], 2, 2));

    [Fact]
    public void GetInt_AttributeOfOtherKind_Throws()
    {
        var node = new OnnxNode("Op", ["x"], ["y"], name: "n").SetAttribute("a", 1f);
        Assert.Equal("ONNX, node 'n' (Op), attribute 'a': expected Int, got Float. Correct the model.", Assert.Throws<OnnxFormatException>(() => node.GetInt("a")).Message);
    }

    private static void Fails(ProtoBytes bytes, string message) => Assert.Equal(message, Assert.Throws<OnnxFormatException>(() => OnnxModel.Read(bytes)).Message);
}
