using Inference.Onnx;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Generators.Tests;

/// <summary>What is written for a class, and that it compiles.</summary>
public sealed class ModelSignatureGeneratorTests
{
    private const string Ranker = """[Inference.ModelSignature("models/ranker.onnx")] public partial class Ranker;""";

    [Fact]
    public void Class_OfOneInput_IsAsCheckedIn()
    {
        Generated generated = Generated.From(Ranker, Models.Ranker());
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
        string file = Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.Generators.Tests", "Snapshots", "Ranker.txt");
        if (Environment.GetEnvironmentVariable("INFERENCE_UPDATE_API") == "1")
        {
            File.WriteAllText(file, generated.Sources[0]);
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), Assert.Single(generated.Sources));
    }

    [Theory]
    [InlineData("namespace A.B; [Inference.ModelSignature(\"ranker.onnx\")] internal sealed partial class Ranker;")]
    [InlineData("[Inference.ModelSignature(\"./models/ranker.onnx\")] partial class Ranker;")]
    [InlineData("[Inference.ModelSignature(\"models\\\\ranker.onnx\")] partial record Ranker;")]
    [InlineData("[Inference.ModelSignature(\"ranker.onnx\")] partial record class Ranker { public int More { get; init; } }")]
    [InlineData("[Inference.ModelSignature(\"ranker.onnx\")] partial class Ranker<T> where T : class { }")]
    [InlineData("namespace A { partial struct Outer<T> { partial interface I { [Inference.ModelSignature(\"ranker.onnx\")] private partial class Ranker; } } }")]
    [InlineData("namespace A.@class; [Inference.ModelSignature(\"ranker.onnx\")] partial class @event;")]
    public void Class_HoweverDeclared_Compiles(string source)
    {
        Generated generated = Generated.From(source, Models.Ranker());
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors.Where(static d => d.Severity == DiagnosticSeverity.Error));
        Assert.Single(generated.Sources);
    }

    [Fact]
    public void Classes_OfOneName_HaveAFileEach()
    {
        const string attribute = "[Inference.ModelSignature(\"ranker.onnx\")] ";
        Generated generated = Generated.From($"{attribute} partial class R; {attribute} partial class R<T>; {attribute} partial class R<T, U>; partial class Outer {{ {attribute} partial class R; }}", Models.Ranker());
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
        Assert.Equal(4, generated.Sources.Length);
    }

    [Fact]
    public void Ports_WithAwkwardNames_HaveIdentifiersOfTheirOwn()
    {
        string[] names = ["x", "X", "class", "input.1", "input_1", "input:0", "1", "", "a b", "инпут", "Inputs", "All", "context", "inputs", "x_shape", "\"<&>\\\n", "cancellationToken", "Equals"];
        string[] outputs = [.. names, "Result", "Values", "Dispose", "result", "ToString", "Outputs"];
        Generated generated = Generated.From(Ranker, Models.Of(names.Select(n => (n, (OnnxType?)Models.Float("N", "M"))), outputs.Select(n => (n, (OnnxType?)Models.Float("N")))));
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
    }

    public static TheoryData<OnnxElementType> ElementTypes() => new(Enum.GetValues<OnnxElementType>().Where(static t => t.IsDefined() && !t.IsPacked()));

    [Theory]
    [MemberData(nameof(ElementTypes))]
    public void Port_OfAnElementType_HasItsMemoryForm(OnnxElementType type)
    {
        (string, OnnxType?)[] ports =
        [
            ("scalar", OnnxType.Tensor(type, new OnnxShape())), ("vector", OnnxType.Tensor(type, new OnnxShape(3))), ("rows", OnnxType.Tensor(type, new OnnxShape("N", 3))),
            ("open", OnnxType.Tensor(type, new OnnxShape("N", OnnxDimension.Unknown))), ("any", OnnxType.Tensor(type)), ("none", OnnxType.Tensor(type, new OnnxShape("N", 0))),
        ];
        string element = Inference.Generators.Emission.TypedForm.ElementOf(new("tensor", type.Name(), null, "", null));
        Generated generated = Generated.From(Ranker + $$"""
            static class Use
            {
                public static {{element}} Run(Ranker r, {{element}} one, {{element}}[] many)
                {
                    using Ranker.Result y = r.Run(one, many, many, many, [1, 2], many, [2], many, [0, 0]);
                    System.ReadOnlySpan<{{element}}> first = y.Rows;
                    _ = r.RunAsync(one, many, many, many, [1, 2], many, [2], many, [0, 0], cancellationToken: default);
                    return y.Vector.Row(1)[0];
                }
            }
            """, Models.Of(ports, ports));
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
    }

    [Fact]
    public void Port_OfAnotherKind_IsAValue()
    {
        OnnxType map = OnnxType.Map(OnnxElementType.Int64, Models.Float());
        (string, OnnxType?)[] ports = [("s", OnnxType.Sequence(map)), ("m", map), ("o", OnnxType.Optional(OnnxType.Tensor(OnnxElementType.Int4)))];
        Generated generated = Generated.From(Ranker + """
            static class Use
            {
                public static Inference.SequenceValue Run(Ranker r, Inference.SequenceValue s, Inference.MapValue m, Inference.OptionalValue o)
                {
                    using Ranker.Result y = r.Run(s, m, o);
                    return y.S;
                }
            }
            """, Models.Of(ports, ports));
        Assert.Empty(generated.Findings);
        Assert.Empty(generated.Errors);
        Assert.Contains("Sequence(global::Inference.ModelValueType.Map(global::Inference.ElementType.Int64, global::Inference.ModelValueType.Tensor(global::Inference.ElementType.Float32", generated.Sources[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Model_WithoutInputs_CompilesAndRunsWithout()
    {
        Generated generated = Generated.From(Ranker + "static class Use { public static void Run(Ranker r) { using Ranker.Result y = r.Run(); } }", Models.Of([], [("score", Models.Float("N"))]));
        Assert.Empty(generated.Errors);
    }

    [Fact]
    public void Input_WithADefault_IsNoParameter()
    {
        OnnxModel model = Models.Of([("x", Models.Float("N", 2)), ("scale", Models.Float())], [("y", Models.Float("N"))]);
        model.Graph.Initializers.Add(OnnxTensor.Create("scale", [1f]));
        Generated generated = Generated.From(Ranker, model);
        Assert.Contains("Run(global::System.ReadOnlySpan<float> x, global::Inference.RunContext? context = null)", generated.Sources[0], StringComparison.Ordinal);
        Assert.DoesNotContain("scale", generated.Sources[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Code_UsingAPortThatIsGone_DoesNotCompile()
    {
        const string use = "static class Use { public static float Run(Ranker r, float[] x) { using Ranker.Result y = r.Run(features: x); return y.Score.Span[0]; } }";
        Assert.Empty(Generated.From(Ranker + use, Models.Ranker()).Errors);
        Generated renamed = Generated.From(Ranker + use, Models.Of([("numbers", Models.Float("N", 64))], [("logit", Models.Float("N"))]));
        Assert.Contains(renamed.Errors, static e => e.Id == "CS1739" && e.GetMessage().Contains("'features'", StringComparison.Ordinal));
        Assert.Contains(renamed.Errors, static e => e.Id == "CS1061" && e.GetMessage().Contains("'Score'", StringComparison.Ordinal));
        Generated retyped = Generated.From(Ranker + use, Models.Of([("features", OnnxType.Tensor(OnnxElementType.Float64, new OnnxShape("N", 64)))], [("score", Models.Float("N"))]));
        Assert.Contains(retyped.Errors, static e => e.Id == "CS1503");
    }

    [Fact]
    public void Edit_Elsewhere_WritesNothingAnew()
    {
        CSharpCompilation compilation = Generated.Compile(Ranker);
        GeneratorDriver driver = Generated.Driver(SignatureText.Of("ranker.onnx", Models.Ranker()), SignatureText.Of("models/ranker.onnx", Models.Ranker())).RunGenerators(compilation);
        driver = driver.RunGenerators(compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other;", (CSharpParseOptions)compilation.SyntaxTrees[0].Options)));
        Assert.All(
            driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Outputs),
            static output => Assert.Contains(output.Reason, (IncrementalStepRunReason[])[IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged]));
    }
}
