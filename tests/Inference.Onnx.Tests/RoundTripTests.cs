using FsCheck;
using FsCheck.Fluent;
using Inference.Onnx.Tests.Support;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Onnx.Tests;

public class RoundTripTests
{
    // Computed from other properties, and undefined for some tensors (string content, external data).
    private static readonly HashSet<string> Derived = [nameof(OnnxTensor.ElementCount), nameof(OnnxTensor.ByteCount), nameof(OnnxModel.SourcePath), nameof(OnnxModel.SourceBytes), nameof(OnnxAttribute.String), nameof(OnnxAttribute.Strings)];

    public static TheoryData<string> ConformanceSample()
    {
        var data = new TheoryData<string>();
        if (TestData.SkipReason("conformance/node") is null)
        {
            var folders = Directory.GetDirectories(TestData.Path("conformance", "node")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).ToArray();
            data.AddRange([.. folders.Where((_, i) => i % 20 == 0)]);
        }

        return data;
    }

    [Fact]
    public void Write_RandomModelWithEveryField_ReadsBackEqual() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Assert.Null(RoundTripDifference(new ModelFaker(seed).Model())))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Write_RandomTensor_ReadsBackEqual() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var tensor = new ModelFaker(seed).Tensor(3);
            Assert.Null(DeepComparer.Difference(tensor, OnnxTensor.Read(tensor.ToArray()), Derived));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Write_RandomSequenceOptionalMap_ReadBackEqual() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var sequence = (OnnxSequence)new ModelFaker(seed).Fill(new OnnxSequence(), 4);
            var optional = (OnnxOptional)new ModelFaker(seed).Fill(new OnnxOptional(), 4);
            var map = (OnnxMap)new ModelFaker(seed).Fill(new OnnxMap(), 4);
            Assert.Null(DeepComparer.Difference(sequence, OnnxSequence.Read(sequence.ToArray()), Derived));
            Assert.Null(DeepComparer.Difference(optional, OnnxOptional.Read(optional.ToArray()), Derived));
            Assert.Null(DeepComparer.Difference(map, OnnxMap.Read(map.ToArray()), Derived));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Write_AllElementTypes_KeepBytes()
    {
        foreach (var type in Enum.GetValues<OnnxElementType>().Where(t => t.BitWidth() > 0))
        {
            var bytes = Enumerable.Range(0, (int)type.ByteCount(7)).Select(i => (byte)(i + 1)).ToArray();
            var tensor = OnnxTensor.Read(OnnxTensor.FromBytes("t", type, bytes, 7).ToArray());
            Assert.Equal(type, tensor.ElementType);
            Assert.Equal(bytes, tensor.GetBytes().ToArray());
        }
    }

    [Fact]
    public void Write_ToBufferWriter_SameAsToArray()
    {
        var model = new ModelFaker(7).Model();
        model.Graph.Initializers.Add(OnnxTensor.Create("big", new float[100_000], 100_000));
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        model.Write(buffer);
        Assert.Equal(model.ToArray(), buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void Write_GraphInsideItself_IsRefused()
    {
        var graph = new OnnxGraph();
        graph.Nodes.Add(new OnnxNode("If", ["c"], ["y"]).SetAttribute("then_branch", graph));
        var error = Assert.Throws<InvalidOperationException>(() => new OnnxModel { Graph = graph }.ToArray());
        Assert.Contains("contains itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TensorAttributeWithoutTensor_IsRefused()
    {
        var model = new OnnxModel();
        model.Graph.Nodes.Add(new OnnxNode("Constant", [], ["y"]).SetAttribute(new OnnxAttribute("value") { Kind = OnnxAttributeKind.Tensor }));
        var error = Assert.Throws<InvalidOperationException>(() => model.ToArray());
        Assert.Equal("Attribute 'value': expected a value of kind Tensor, got null. Set the property of that kind.", error.Message);
    }

    [SharedDataTheory("models")]
    [MemberData(nameof(SharedModelTests.ModelFiles), MemberType = typeof(SharedModelTests))]
    public void Write_SharedModel_ReadsBackEqual(string file)
    {
        using var model = OnnxModel.Load(TestData.Path("models", file));
        Assert.Null(RoundTripDifference(model));
    }

    [SharedDataTheory("conformance/node")]
    [MemberData(nameof(ConformanceSample))]
    public void Write_ConformanceModelAndData_ReadBackEqual(string name)
    {
        var folder = TestData.Path("conformance", "node", name);
        using var model = OnnxModel.Load(Path.Combine(folder, "model.onnx"));
        Assert.Null(RoundTripDifference(model));
        var values = model.Graph.Inputs.Select((v, i) => (v, File: $"input_{i}.pb")).Concat(model.Graph.Outputs.Select((v, i) => (v, File: $"output_{i}.pb")));
        foreach (var (value, file) in values)
        {
            var path = Path.Combine(folder, "test_data_set_0", file);
            if (File.Exists(path) && value.Type?.Kind == OnnxTypeKind.Tensor)
            {
                var tensor = OnnxTensor.Read(File.ReadAllBytes(path));
                Assert.Equal(value.Type.ElementType, tensor.ElementType);
                Assert.True(tensor.ElementType == OnnxElementType.String ? tensor.StringData.Count == tensor.ElementCount : tensor.GetBytes().Length == tensor.ByteCount);
                Assert.Null(DeepComparer.Difference(tensor, OnnxTensor.Read(tensor.ToArray()), Derived));
            }
        }
    }

    private static string? RoundTripDifference(OnnxModel model)
    {
        var bytes = model.ToArray();
        var again = OnnxModel.Read(bytes);
        return DeepComparer.Difference(model, again, Derived) ?? (again.ToArray().AsSpan().SequenceEqual(bytes) ? null : "second writing differs");
    }
}
