using Inference.Onnx.Tests.Support;

namespace Inference.Onnx.Tests;

/// <summary>Bytes built by hand after onnx.proto and onnx-data.proto, not by the writer.</summary>
public class ReaderTests
{
    [Fact]
    public void Read_ModelFields()
    {
        var model = OnnxModel.Read(new ProtoBytes()
            .Varint(1, 10).Text(2, "tool").Text(3, "1.2").Text(4, "org.example").Varint(5, -7).Text(6, "doc")
            .Message(7, new ProtoBytes().Text(2, "main"))
            .Message(8, new ProtoBytes().Text(1, "ai.onnx.ml").Varint(2, 5))
            .Message(14, new ProtoBytes().Text(1, "k").Text(2, "v"))
            .Message(20, new ProtoBytes().Message(2, new ProtoBytes().Text(2, "step")).Message(4, new ProtoBytes().Text(1, "w").Text(2, "w2")))
            .Message(26, new ProtoBytes().Text(1, "two").Varint(2, 2).Text(3, "a").Text(3, "b")));
        Assert.Equal((10, "tool", "1.2", "org.example", -7, "doc", "main"), (model.IrVersion, model.ProducerName, model.ProducerVersion, model.Domain, model.ModelVersion, model.DocString, model.Graph.Name));
        Assert.Equal(5, model.GetOperatorSetVersion("ai.onnx.ml"));
        Assert.Null(model.GetOperatorSetVersion());
        Assert.Equal("v", model.Metadata["k"]);
        Assert.Equal("step", model.TrainingInfos[0].Algorithm!.Name);
        Assert.Equal("w2", model.TrainingInfos[0].UpdateBinding["w"]);
        Assert.Equal((2, "b"), (model.DeviceConfigurations[0].DeviceCount, model.DeviceConfigurations[0].Devices[1]));
    }

    [Fact]
    public void Read_NodeFields()
    {
        var sharding = new ProtoBytes().Text(1, "x").Packed(2, 0, -1)
            .Message(3, new ProtoBytes().Varint(1, -1).Varint(2, 1).Varint(2, 2))
            .Message(4, new ProtoBytes().Varint(1, 1).Message(2, new ProtoBytes().Text(2, "N").Varint(3, 4)));
        var node = Node(new ProtoBytes().Text(1, "a").Text(1, "").Text(2, "y").Text(3, "n").Text(4, "Op").Text(6, "doc").Text(7, "com.x").Text(8, "o1")
            .Message(9, new ProtoBytes().Text(1, "k").Text(2, "v"))
            .Message(10, new ProtoBytes().Text(1, "two").Message(2, sharding).Varint(3, 1)));
        Assert.Equal(["a", ""], node.Inputs);
        Assert.Equal(["y"], node.Outputs);
        Assert.Equal(("n", "Op", "doc", "com.x", "o1", "v"), (node.Name, node.OpType, node.DocString, node.Domain, node.Overload, node.Metadata["k"]));
        var device = node.DeviceConfigurations[0];
        Assert.Equal(1, device.PipelineStage);
        Assert.Equal([0L, -1L], device.ShardingSpecs[0].Devices);
        Assert.Equal([1L, 2L], device.ShardingSpecs[0].DeviceGroups[0].Devices);
        var part = device.ShardingSpecs[0].Dimensions[0].Parts[0];
        Assert.Equal((OnnxDimension.Of("N"), 4L), (part.Dimension, part.ShardCount));
    }

    [Fact]
    public void Read_RepeatedNumbers_PackedAndNotGiveTheSame()
    {
        var unpacked = Attribute(new ProtoBytes().Varint(8, 1).Varint(8, -2).Float(7, 1.5f).Varint(8, 300).Float(7, -2f).Varint(20, 7));
        var packed = Attribute(new ProtoBytes().Packed(8, 1, -2).Packed(8, 300).Bytes(7, [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]).Varint(20, 7));
        Assert.Equal([1L, -2L, 300L], unpacked.Ints);
        Assert.Equal([1.5f, -2f], unpacked.Floats);
        Assert.Equal(unpacked.Ints, packed.Ints);
        Assert.Equal(unpacked.Floats, packed.Floats);
    }

    [Fact]
    public void Read_AttributeWithoutKind_DeducesItFromTheValue()
    {
        Assert.Equal(OnnxAttributeKind.Int, Attribute(new ProtoBytes().Varint(3, 0)).Kind);
        Assert.Equal(OnnxAttributeKind.Floats, Attribute(new ProtoBytes().Float(7, 1)).Kind);
        Assert.Equal(OnnxAttributeKind.Strings, Attribute(new ProtoBytes().Text(9, "a")).Kind);
        Assert.Equal(OnnxAttributeKind.Undefined, Attribute(new ProtoBytes().Text(1, "a")).Kind);
    }

    [Fact]
    public void Read_SingularFieldTwice_LastWinsAndMessagesMerge()
    {
        var model = OnnxModel.Read(new ProtoBytes().Varint(1, 3).Varint(1, 8)
            .Message(7, new ProtoBytes().Text(2, "first").Message(1, new ProtoBytes().Text(4, "A")))
            .Message(7, new ProtoBytes().Text(2, "second").Message(1, new ProtoBytes().Text(4, "B"))));
        Assert.Equal(8, model.IrVersion);
        Assert.Equal("second", model.Graph.Name);
        Assert.Equal(["A", "B"], model.Graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void Read_TypeWithTwoAlternatives_LastWins()
    {
        var type = Type(new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 1).Message(2, new ProtoBytes())).Message(4, new ProtoBytes().Message(1, new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 7)))));
        Assert.Equal("seq(int64?)", type.ToString());
        Assert.Null(type.Shape);
    }

    [Fact]
    public void Read_TensorTypes()
    {
        var shape = new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 0)).Message(1, new ProtoBytes().Text(2, "N").Text(3, "DATA_BATCH")).Message(1, new ProtoBytes());
        var type = Type(new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 16).Message(2, shape)).Text(6, "IMAGE"));
        Assert.Equal("bfloat16[0,N,?]", type.ToString());
        Assert.Equal(("IMAGE", "DATA_BATCH", true), (type.Denotation, type.Shape!.Dimensions[1].Denotation, type.Shape.Dimensions[2].IsUnknown));
        Assert.Equal("float32?", Type(new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 1))).ToString());
        Assert.Equal("float32[]", Type(new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 1).Message(2, new ProtoBytes()))).ToString());
        Assert.Equal("sparse(float64?)", Type(new ProtoBytes().Message(8, new ProtoBytes().Varint(1, 11))).ToString());
        Assert.Equal("map(string,int4[])", Type(new ProtoBytes().Message(5, new ProtoBytes().Varint(1, 8).Message(2, new ProtoBytes().Message(1, new ProtoBytes().Varint(1, 22).Message(2, new ProtoBytes()))))).ToString());
        Assert.Equal("optional(?)", Type(new ProtoBytes().Message(9, new ProtoBytes())).ToString());
        Assert.Equal("opaque(d.n)", Type(new ProtoBytes().Message(7, new ProtoBytes().Text(1, "d").Text(2, "n"))).ToString());
    }

    [Fact]
    public void GetBytes_TypedFields_GivePackedLittleEndian()
    {
        Assert.Equal([0xFF, 0x7F], Typed(3, 5, -1, 127));
        Assert.Equal([1, 0], Typed(9, 5, 5, 0));
        Assert.Equal([0x00, 0x3C, 0x00, 0xC0], Typed(10, 5, 0x3C00, 0xC000));
        Assert.Equal([0x80, 0x3F, 0x80, 0xBF], Typed(16, 5, 0x3F80, 0xBF80));
        Assert.Equal([0x38, 0xB8], Typed(17, 5, 0x38, 0xB8));
        Assert.Equal([0xFE, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0], Typed(6, 5, -2, 3));
        Assert.Equal([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0], Typed(7, 7, -2, 1));
        Assert.Equal([0, 0x28, 0x6B, 0xEE, 1, 0, 0, 0], Typed(12, 11, 4_000_000_000, 1));
        Assert.Equal([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], Typed(13, 11, -1, 0));
    }

    [Fact]
    public void GetBytes_PackedTypes_HoldSeveralElementsANumber()
    {
        var int4 = OnnxTensor.Read(new ProtoBytes().Varint(1, 3).Varint(2, 22).Packed(5, 0xF1, 0x07));
        Assert.Equal([0xF1, 0x07], int4.GetBytes().ToArray());
        var int2 = OnnxTensor.Read(new ProtoBytes().Varint(1, 5).Varint(2, 26).Packed(5, 0xE4, 0x01));
        Assert.Equal([0xE4, 0x01], int2.GetBytes().ToArray());
    }

    [Fact]
    public void GetBytes_FloatAndDoubleFields_PackedUnpackedOrMixed()
    {
        byte[] Floats(params float[] v) => [.. v.SelectMany(BitConverter.GetBytes)];
        var unpacked = OnnxTensor.Read(new ProtoBytes().Varint(1, 2).Varint(2, 1).Float(4, 1).Float(4, 2));
        var mixed = OnnxTensor.Read(new ProtoBytes().Bytes(4, Floats(1)).Varint(1, 2).Varint(2, 1).Float(4, 2));
        var twice = OnnxTensor.Read(new ProtoBytes().Bytes(4, Floats(1)).Varint(1, 2).Varint(2, 1).Bytes(4, Floats(2)));
        Assert.All([unpacked, mixed, twice], t => Assert.Equal([1f, 2f], t.ToArray<float>()));
        Assert.Equal([0.5, 4.0], OnnxTensor.Read(new ProtoBytes().Varint(1, 2).Varint(2, 11).Double(10, 0.5).Double(10, 4)).ToArray<double>());
        Assert.Equal(8, OnnxTensor.Read(new ProtoBytes().Varint(1, 1).Varint(2, 14).Bytes(4, Floats(1, 2))).GetBytes().Length);
    }

    [Fact]
    public void Read_RawData_IsASliceOfTheInput()
    {
        var bytes = new ProtoBytes().Varint(1, 2).Varint(2, 2).Bytes(9, 7, 8).ToArray();
        var content = OnnxTensor.Read(bytes).GetBytes();
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(content, out var segment));
        Assert.Same(bytes, segment.Array);
    }

    [Fact]
    public void Read_UnknownFields_AreKeptAndWrittenBack()
    {
        byte[] bytes = [.. new ProtoBytes().Varint(1, 8).Message(7, new ProtoBytes().Text(2, "g").Text(99, "new")).Varint(100, 5).Double(101, 1).ToArray(), 0xA3, 0x38, 0x08, 0x01, 0xA4, 0x38];
        var model = OnnxModel.Read(bytes);
        Assert.Single(model.UnknownFields);
        Assert.Equal(bytes, model.ToArray());
        model.ClearUnknownFields();
        model.Graph.ClearUnknownFields();
        Assert.Equal(new ProtoBytes().Varint(1, 8).Message(7, new ProtoBytes().Text(2, "g")).ToArray(), model.ToArray());
    }

    [Fact]
    public void Read_SequenceMapOptional()
    {
        var tensor = new ProtoBytes().Varint(2, 7).Packed(7, 5);
        var sequence = OnnxSequence.Read(new ProtoBytes().Text(1, "s").Varint(2, 1).Message(3, tensor).Message(3, tensor));
        Assert.Equal((2, OnnxValueKind.Tensor, 5L), (sequence.Count, sequence.ElementKind, sequence.Tensors[1].ToArray<long>()[0]));
        var map = OnnxMap.Read(new ProtoBytes().Varint(2, 7).Packed(3, 1, 2).Message(5, new ProtoBytes().Varint(2, 1).Message(3, tensor).Message(3, tensor)));
        Assert.Equal(([1L, 2L], 2), (map.Keys, map.Values!.Count), (a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2);
        var words = OnnxMap.Read(new ProtoBytes().Varint(2, 8).Text(4, "a").Text(4, "b"));
        Assert.Equal(2, words.StringKeys.Count);
        var optional = OnnxOptional.Read(new ProtoBytes().Varint(2, 3).Message(5, new ProtoBytes().Varint(2, 1)));
        Assert.True(optional.HasValue);
        Assert.Equal(0, optional.Sequence!.Count);
        Assert.False(OnnxOptional.Read(new ProtoBytes().Varint(2, 1)).HasValue);
    }

    [Fact]
    public void Read_FunctionFields()
    {
        var function = OnnxModel.Read(new ProtoBytes().Message(7, new ProtoBytes()).Message(25, new ProtoBytes()
            .Text(1, "f").Text(4, "a").Text(5, "b").Text(6, "alpha").Message(7, new ProtoBytes().Text(4, "Op").Message(5, new ProtoBytes().Text(1, "x").Varint(20, 2).Text(21, "alpha")))
            .Text(8, "doc").Message(9, new ProtoBytes().Varint(2, 18)).Text(10, "d").Message(11, new ProtoBytes().Text(1, "beta").Varint(3, 4).Varint(20, 2))
            .Message(12, new ProtoBytes().Text(1, "v")).Text(13, "o").Message(14, new ProtoBytes().Text(1, "k")))).Functions[0];
        Assert.Equal("function d.f:o", function.ToString());
        Assert.Equal(["alpha"], function.AttributeNames);
        Assert.Equal(4, function.Attributes[0].Int);
        Assert.Equal("alpha", function.Nodes[0].Attribute("x")!.RefAttributeName);
        Assert.Equal(("doc", 18L, "v", ""), (function.DocString, function.OperatorSets[0].Version, function.ValueInfos[0].Name, function.Metadata["k"]));
        Assert.Contains("Expand the function", Assert.Throws<OnnxFormatException>(() => function.Nodes[0].GetInt("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetAttribute_ReplacesInPlaceAndGettersReadBack()
    {
        var node = new OnnxNode("Op", ["x"], ["y"]).SetAttribute("i", 1L).SetAttribute("f", 2f).SetAttribute("s", "drei").SetAttribute("is", new long[] { 4 })
            .SetAttribute("fs", new[] { 5f }).SetAttribute("ss", new[] { "sechs" }).SetAttribute("i", 7L);
        Assert.Equal(["i", "f", "s", "is", "fs", "ss"], node.Attributes.Select(a => a.Name));
        Assert.Equal((7L, 2f, "drei", 4L, 5f, "sechs"), (node.GetInt("i"), node.GetFloat("f"), node.GetString("s"), node.GetInts("is")[0], node.GetFloats("fs")[0], node.GetStrings("ss")[0]));
        Assert.Equal((9L, "d"), (node.GetInt("none", 9), node.GetString("none", "d")));
        Assert.True(node.RemoveAttribute("i"));
        Assert.False(node.HasAttribute("i"));
    }

    [Theory]
    [InlineData(OnnxElementType.Float32, 32, "float32", 28)]
    [InlineData(OnnxElementType.Complex128, 128, "complex128", 112)]
    [InlineData(OnnxElementType.Int4, 4, "int4", 4)]
    [InlineData(OnnxElementType.UInt2, 2, "uint2", 2)]
    [InlineData(OnnxElementType.Float8E8M0, 8, "float8e8m0", 7)]
    public void ElementType_WidthNameAndBytesOfSeven(OnnxElementType type, int bits, string name, long bytes) =>
        Assert.Equal((bits, name, bytes), (type.BitWidth(), type.Name(), type.ByteCount(7)));

    private static byte[] Typed(int type, int field, params long[] values) =>
        OnnxTensor.Read(new ProtoBytes().Packed(field, values).Varint(1, values.Length).Varint(2, type)).GetBytes().ToArray();

    private static OnnxNode Node(ProtoBytes node) => OnnxModel.Read(new ProtoBytes().Message(7, new ProtoBytes().Message(1, node))).Graph.Nodes[0];

    private static OnnxAttribute Attribute(ProtoBytes attribute) => Node(new ProtoBytes().Message(5, attribute)).Attributes[0];

    private static OnnxType Type(ProtoBytes type) =>
        OnnxModel.Read(new ProtoBytes().Message(7, new ProtoBytes().Message(11, new ProtoBytes().Message(2, type)))).Graph.Inputs[0].Type!;
}
