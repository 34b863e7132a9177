using System.Text;
using Inference.Onnx;
using Inference.Signatures;

namespace Inference.Generators.Tests;

/// <summary>The signature of a model as JSON.</summary>
public sealed class ModelSignatureTests
{
    [Fact]
    public void ToJson_EveryKindOfPort_SaysWhatTheFileDeclares()
    {
        OnnxModel model = Models.Of(
            [("x", Models.Float("N", 3, -1, OnnxDimension.Unknown)), ("any", OnnxType.Tensor(OnnxElementType.Int64)), ("unknown", null)],
            [("p", OnnxType.Sequence(OnnxType.Map(OnnxElementType.String, Models.Float()))), ("s", OnnxType.SparseTensor(OnnxElementType.Bool, new OnnxShape(2)))]);
        Assert.Equal(
            """
            {"format":1,"model":"m/a \"b\".onnx","inputs":[{"name":"x","type":{"kind":"tensor","elements":"float32","shape":["N",3,null,null]}},{"name":"any","type":{"kind":"tensor","elements":"int64"}},
            {"name":"unknown","type":null}],"outputs":[{"name":"p","type":{"kind":"sequence","element":{"kind":"map","key":"string","element":{"kind":"tensor","elements":"float32","shape":[]}}}},
            {"name":"s","type":{"kind":"tensor","elements":"bool","shape":[2]}}]}
            """.Replace("\n", ""),
            Compact(model, "m/a \"b\".onnx"));
    }

    [Theory]
    [InlineData(3, """[{"name":"x","type":{"kind":"tensor","elements":"float32","shape":["N"]}}]""")]
    [InlineData(4, """[{"name":"x","type":{"kind":"tensor","elements":"float32","shape":["N"]}},{"name":"w","optional":true,"type":{"kind":"tensor","elements":"float32","shape":[1]}}]""")]
    public void ToJson_WeightListedAsInput_IsADefaultFromVersion4On(int version, string inputs)
    {
        OnnxModel model = Models.Of([("x", Models.Float("N")), ("w", Models.Float(1))], []);
        model.IrVersion = version;
        model.Graph.Initializers.Add(OnnxTensor.Create("w", [1f]));
        Assert.Contains($"\"inputs\":{inputs}", Compact(model, "m"), StringComparison.Ordinal);
    }

    private static string Compact(OnnxModel model, string name)
    {
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(new ModelSignature(model).ToJson(name));
        using var stream = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(stream, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
