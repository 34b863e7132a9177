using Inference.Onnx;

namespace Inference.Generators.Tests;

/// <summary>What is reported, in its words.</summary>
public sealed class FindingTests
{
    [Fact]
    public void Class_NotPartial_IsNamed() => Assert.Equal(
        "Class 'Ranker' has a ModelSignature attribute, so 'Ranker' must be partial. Add the modifier.",
        Generated.From("""[Inference.ModelSignature("ranker.onnx")] class Ranker;""", Models.Ranker()).Finding("INF0001"));

    [Fact]
    public void Class_InOneThatIsNotPartial_NamesThat() => Assert.Equal(
        "Class 'Outer.Ranker' has a ModelSignature attribute, so 'Outer' must be partial. Add the modifier.",
        Generated.From("""class Outer { [Inference.ModelSignature("ranker.onnx")] partial class Ranker; }""", Models.Ranker()).Finding("INF0001"));

    [Fact]
    public void Model_NotListed_IsNamedWithThoseThatAre() => Assert.Equal(
        "Class 'Ranker', model 'anker.onnx': the project does not list this model; it lists 'models/ranker.onnx'. Add <ModelSignature Include=\"anker.onnx\" /> to the project file.",
        Generated.From("""[Inference.ModelSignature("anker.onnx")] partial class Ranker;""", Models.Ranker()).Finding("INF0002"));

    [Fact]
    public void Model_NoneListed_SaysSo() => Assert.Contains("it lists none.", Generated.From("""[Inference.ModelSignature("ranker.onnx")] partial class Ranker;""").Finding("INF0002"), StringComparison.Ordinal);

    [Fact]
    public void Model_TwoOfTheName_AreNamed()
    {
        SignatureText[] two = [SignatureText.Of("a/ranker.onnx", Models.Ranker()), SignatureText.Of("b/ranker.onnx", Models.Ranker())];
        Assert.Equal(
            "Class 'Ranker', model 'ranker.onnx': the project lists several models whose paths end with it: 'a/ranker.onnx', 'b/ranker.onnx'. Write a longer path in the attribute.",
            Generated.From("""[Inference.ModelSignature("ranker.onnx")] partial class Ranker;""", two).Finding("INF0003"));
        Assert.Empty(Generated.From("""[Inference.ModelSignature("b/ranker.onnx")] partial class Ranker;""", two).Findings);
    }

    [Fact]
    public void Input_ExpectedAndGone_IsNamed() => Assert.Equal(
        "Class 'Ranker', model 'models/ranker.onnx', input 'x': expected float32[N,64], the model has no such input; it has 'features'. Use a model that has it, or correct the attribute.",
        Expecting("Inputs = \"features: float32[N,64], x: float32[N,64]\"").Finding("INF0004"));

    [Theory]
    [InlineData("features: float32[N,32]")]
    [InlineData("features: float32[8,64]")]
    [InlineData("features: float32[64]")]
    [InlineData("features: float64[N,64]")]
    [InlineData("features: float32[N,M]")]
    [InlineData("features: float32[...]")]
    public void Input_OfAnotherTypeThanExpected_IsNamed(string expected) => Assert.Equal(
        $"Class 'Ranker', model 'models/ranker.onnx', input 'features': expected {expected[10..]}, the model has float32[N,64]. Use a matching model, or correct the attribute.",
        Expecting($"Inputs = \"{expected}\"").Finding("INF0005"));

    [Theory]
    [InlineData("features: float32[N,64]")]
    [InlineData(" features :float32[batch, 64] ")]
    [InlineData("features: float32[?,64]")]
    [InlineData("features: float32")]
    public void Input_OfTheExpectedType_IsAllowed(string expected)
    {
        Generated generated = Expecting($"Inputs = \"{expected}\", Outputs = \"score: float32[N]\"");
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
    }

    [Fact]
    public void Input_NeededAndNotExpected_IsNamed() => Assert.Equal(
        "Class 'Ranker', model 'models/ranker.onnx', input 'y': the model requires it (float32[N]), but the attribute does not list it. Use a matching model, or add the input to the attribute.",
        Generated.From("""[Inference.ModelSignature("ranker.onnx", Inputs = "x: float32[N]")] partial class Ranker;""", Models.Of([("x", Models.Float("N")), ("y", Models.Float("N"))], [])).Finding("INF0006"));

    [Fact]
    public void Output_NotExpected_IsAllowed() => Assert.Empty(
        Generated.From("""[Inference.ModelSignature("ranker.onnx", Outputs = "x: float32[N]")] partial class Ranker;""", Models.Of([], [("x", Models.Float("N")), ("y", Models.Float("N"))])).Findings);

    [Fact]
    public void Output_ExpectedAndGone_IsNamedBesideTheCompilersErrors()
    {
        Generated generated = Expecting("Outputs = \"rank: float32[N]\"", "static class Use { static void M(Ranker.Result y) { _ = y.Rank; } }");
        Assert.Contains("output 'rank': expected float32[N], the model has no such output; it has 'score'.", generated.Finding("INF0004"), StringComparison.Ordinal);
        Assert.Equal("CS1061", Assert.Single(generated.Errors).Id);
    }

    [Fact]
    public void Sequence_Expected_IsComparedAsText()
    {
        OnnxModel model = Models.Of([], [("p", OnnxType.Sequence(OnnxType.Map(OnnxElementType.Int64, OnnxType.Tensor(OnnxElementType.Float32))))]);
        Assert.Empty(Generated.From("""[Inference.ModelSignature("ranker.onnx", Outputs = "p: sequence(map(int64, float32[...]))")] partial class Ranker;""", model).Findings);
        Assert.Contains("the model has sequence(map(int64, float32[...]))", Generated.From("""[Inference.ModelSignature("ranker.onnx", Outputs = "p: sequence(map(string, float32[...]))")] partial class Ranker;""", model).Finding("INF0005"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("features")]
    [InlineData("features: ")]
    [InlineData("features: float32[N,64")]
    [InlineData("features: float32, features: float32")]
    [InlineData("features: 64")]
    public void Expectation_ThatCannotBeRead_IsQuoted(string expected) => Assert.Equal(
        $"Class 'Ranker', Inputs: expected ports such as 'x: float32[N,64], y: int64[N]', got '{expected}'. Correct the attribute.",
        Expecting($"Inputs = \"{expected}\"").Finding("INF0008"));

    [Fact]
    public void Name_WithAColon_IsReadToTheLastOne() => Assert.Empty(
        Generated.From("""[Inference.ModelSignature("ranker.onnx", Inputs = "x:0: float32[N]")] partial class Ranker;""", Models.Of([("x:0", Models.Float("N"))], [])).Findings);

    [Theory]
    [InlineData(OnnxElementType.Int4, "int4[3]")]
    [InlineData(OnnxElementType.Float4E2M1, "float4e2m1[3]")]
    [InlineData(OnnxElementType.Undefined, "undefined[3]")]
    public void Port_WithoutATypedForm_IsNamed(OnnxElementType type, string text)
    {
        OnnxModel model = Models.Of([], [("y", OnnxType.Tensor(type, new OnnxShape(3)))]);
        Assert.Equal(
            $"Class 'Ranker', model 'models/ranker.onnx', output 'y': {text} has no typed form. Run this model with IModelRunner.RunAsync.",
            Generated.From("""[Inference.ModelSignature("ranker.onnx")] partial class Ranker;""", model).Finding("INF0007"));
    }

    [Fact]
    public void Port_WithoutAType_IsNamed() => Assert.Contains(
        "input 'x': a port without a declared type has no typed form.",
        Generated.From("""[Inference.ModelSignature("ranker.onnx")] partial class Ranker;""", Models.Of([("x", null)], [])).Finding("INF0007"), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "expected a value at character 0 of 0")]
    [InlineData("{", "expected '\"' at character 1 of 1")]
    [InlineData("{\"format\":2}", "it has format 2, expected 1")]
    [InlineData("{\"format\":1,\"model\":\"a\",\"inputs\":[1],\"outputs\":[]}", "expected Dictionary`2, got '1'")]
    [InlineData("[true,false,null,-1,\"\\u0041\\n\"] x", "expected the end at character 32 of 33")]
    public void Signature_ThatCannotBeRead_SaysWhy(string text, string reason)
    {
        Generated generated = Generated.From("class Other;", new SignatureText("a.signature.json", text));
        Assert.Equal($"The signature 'a.signature.json' cannot be read: {reason}. Rebuild the project, so that the file is written by the same version of the package Inference that reads it.", generated.Finding("INF0009"));
    }

    private static Generated Expecting(string expectation, string more = "") =>
        Generated.From($"[Inference.ModelSignature(\"ranker.onnx\", {expectation})] public partial class Ranker; {more}", Models.Ranker());
}
