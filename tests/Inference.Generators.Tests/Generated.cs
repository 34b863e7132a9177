using System.Collections.Immutable;
using Inference.Onnx;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Inference.Generators.Tests;

/// <summary>A source compiled with the generator.</summary>
internal sealed class Generated
{
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    private static readonly MetadataReference[] s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static f => Path.GetFileName(f).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(f) is "Inference.Abstractions.dll" or "netstandard.dll")
            .Select(static f => MetadataReference.CreateFromFile(f))];

    private Generated(ImmutableArray<Diagnostic> findings, ImmutableArray<Diagnostic> errors, string[] sources)
    {
        Findings = findings;
        Errors = errors;
        Sources = sources;
    }

    /// <summary>What the generator reported.</summary>
    public ImmutableArray<Diagnostic> Findings { get; }

    /// <summary>Errors and warnings of the compiler.</summary>
    public ImmutableArray<Diagnostic> Errors { get; }

    /// <summary>What was written.</summary>
    public string[] Sources { get; }

    public static Generated From(string source, OnnxModel model) => From(source, SignatureText.Of("models/ranker.onnx", model));

    public static Generated From(string source, params SignatureText[] signatures)
    {
        CSharpCompilation compilation = Compile(source);
        GeneratorDriverRunResult result = Driver(signatures).RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _).GetRunResult();
        return new(
            result.Diagnostics,
            // What tests write needs no documentation, what is generated does.
            [.. output.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning && !(d.Id == "CS1591" && d.Location.SourceTree?.FilePath == "Source.cs"))],
            [.. result.Results.SelectMany(static r => r.GeneratedSources).Select(static s => s.SourceText.ToString())]);
    }

    public static CSharpCompilation Compile(string source) => CSharpCompilation.Create("Typed", [CSharpSyntaxTree.ParseText(source, s_parse, "Source.cs")], s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static GeneratorDriver Driver(params SignatureText[] signatures) => CSharpGeneratorDriver.Create(
        [new ModelSignatureGenerator().AsSourceGenerator(), new ModelInputGenerator().AsSourceGenerator()], signatures, s_parse, driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The text of the one finding.</summary>
    public string Finding(string id)
    {
        Diagnostic finding = Assert.Single(Findings);
        Assert.Equal(id, finding.Id);
        Assert.Equal(DiagnosticSeverity.Error, finding.Severity);
        Assert.Equal(id == "INF0009" ? "" : "Source.cs", finding.Location.GetLineSpan().Path ?? "");
        return finding.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
    }
}
