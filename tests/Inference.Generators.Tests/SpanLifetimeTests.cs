using System.Collections.Immutable;
using System.Globalization;
using Inference.Generators.Lifetimes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Inference.Generators.Tests;

/// <summary>Spans that outlive the value they were taken from are found, and those that do not are not.</summary>
public sealed class SpanLifetimeTests
{
    [Theory]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return y["s"].AsSpan<float>(); }""")]
    [InlineData("""ReadOnlySpan<float> M() { using (NamedValues y = Run()) { return y["s"].AsSpan<float>(); } }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); return s; }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); TensorValue t = y["s"]; return t.AsSpan<float>()[1..]; }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return y["s"].AsSpan<float>().Slice(1, 2); }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(y["s"].AsBytes()); }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); var s = (TensorValue)y.GetValue("s"); return s.AsSpan<float>(); }""")]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return ((TensorValue)y.GetAt(0).Value).AsSpan<float>(); }""")]
    [InlineData("""ReadOnlySpan<float> M(bool b) { using NamedValues y = Run(); return b ? default : y["s"].AsSpan<float>(); }""")]
    [InlineData("""ReadOnlySpan<byte> M() { using TensorValue t = Tensor(); return t.PackedBytes; }""")]
    [InlineData("""Span<float> M() { using TensorValue t = Tensor(); return t.AsWritableSpan<float>(); }""")]
    [InlineData("""ReadOnlySpan<float> M() { using TensorValue t = Tensor(); return new TypedTensor<float>(t).Span; }""")]
    [InlineData("""ReadOnlySpan<float> M() { Func<int> f = () => { using TensorValue t = Tensor(); return t.AsSpan<float>().Length; }; f(); return default; }""", false)]
    [InlineData("""float[] M() { using NamedValues y = Run(); return y["s"].AsSpan<float>().ToArray(); }""", false)]
    [InlineData("""float M() { using NamedValues y = Run(); return y["s"].AsSpan<float>()[0]; }""", false)]
    [InlineData("""ReadOnlySpan<float> M() { NamedValues y = Run(); return y["s"].AsSpan<float>(); }""", false)]
    [InlineData("""ReadOnlySpan<float> M(NamedValues y) { using NamedValues z = Run(); return y["s"].AsSpan<float>(); }""", false)]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return y["s"].Retain().AsSpan<float>(); }""", false)]
    [InlineData("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return y["s"].Rows(0, 1).AsSpan<float>(); }""", false)]
    public Task Returned(string method, bool found = true) => CheckAsync(method, found ? "returned from the method that disposes it" : null);

    [Theory]
    [InlineData("""void M(out ReadOnlySpan<float> to) { using NamedValues y = Run(); to = y["s"].AsSpan<float>(); }""")]
    [InlineData("""void M(ref ReadOnlySpan<float> to) { using NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); to = s; }""")]
    [InlineData("""void M(ref Holder to) { using NamedValues y = Run(); to.Span = y["s"].AsSpan<float>(); }""")]
    [InlineData("""void M(Holder local) { using NamedValues y = Run(); local.Span = y["s"].AsSpan<float>(); }""", false)]
    [InlineData("""void M(out float to) { using NamedValues y = Run(); to = y["s"].AsSpan<float>()[0]; }""", false)]
    public Task Stored(string method, bool found = true) => CheckAsync(method, found ? "stored where it outlives it" : null);

    [Theory]
    [InlineData("""float M() { NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); y.Dispose(); return s[0]; }""")]
    [InlineData("""float M(NamedValues y) { ReadOnlySpan<float> s = y["s"].AsSpan<float>(); y.Dispose(); return s[0]; }""")]
    [InlineData("""float M() { ReadOnlySpan<float> s; using (NamedValues y = Run()) { s = y["s"].AsSpan<float>(); } return s[0]; }""")]
    [InlineData("""float M() { ReadOnlySpan<float> s; { using NamedValues y = Run(); s = y["s"].AsSpan<float>(); } return s[0]; }""")]
    [InlineData("""float M(bool b) { ReadOnlySpan<float> s = default; if (b) { using NamedValues y = Run(); s = y["s"].AsSpan<float>(); } return s[0]; }""")]
    [InlineData("""float M() { NamedValues y = Run(); ReadOnlySpan<float> s = default; try { s = y["s"].AsSpan<float>(); } finally { y.Dispose(); } return s[0]; }""")]
    [InlineData("""float M() { TensorValue t = Tensor(); Span<float> s = t.AsWritableSpan<float>(); t.Dispose(); s[0] = 1; return 0; }""")]
    [InlineData("""float M() { NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); float f = s[0]; y.Dispose(); return f; }""", false)]
    [InlineData("""float M(bool b) { NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); if (b) { y.Dispose(); return 0; } return s[0]; }""", false)]
    [InlineData("""float M() { NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); y.Dispose(); s = new float[1]; return s[0]; }""", false)]
    [InlineData("""float M() { NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); y.Dispose(); y = Run(); s = y["s"].AsSpan<float>(); return s[0]; }""", false)]
    [InlineData("""float M() { NamedValues x = Run(); NamedValues y = Run(); ReadOnlySpan<float> s = y["s"].AsSpan<float>(); x.Dispose(); return s[0]; }""", false)]
    public Task Used(string method, bool found = true) => CheckAsync(method, found ? "used after it was disposed" : null);

    [Fact]
    public async Task Finding_SaysWhatToDoAndPointsAtTheSpan()
    {
        Diagnostic finding = Assert.Single(await FindAsync("""ReadOnlySpan<float> M() { using NamedValues y = Run(); return y["s"].AsSpan<float>(); }"""));
        Assert.Equal(DiagnosticSeverity.Warning, finding.Severity);
        Assert.Equal(
            "The span of 'y' is returned from the method that disposes it: by then, its memory may belong to another call. Copy it (ToArray), or Retain the value for as long as the span is used.",
            finding.GetMessage(CultureInfo.InvariantCulture));
        Assert.Equal("""y["s"].AsSpan<float>()""", finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan));
    }

    [Fact]
    public async Task Program_WithoutTheTypes_IsLeftAlone()
    {
        CSharpCompilation compilation = CSharpCompilation.Create("Other", [CSharpSyntaxTree.ParseText("class C;")]);
        Assert.Empty(await compilation.WithAnalyzers([new SpanLifetimeAnalyzer()]).GetAnalyzerDiagnosticsAsync());
    }

    private static async Task CheckAsync(string method, string? how)
    {
        ImmutableArray<Diagnostic> findings = await FindAsync(method);
        if (how is null)
        {
            Assert.Empty(findings);
            return;
        }

        Diagnostic finding = Assert.Single(findings);
        Assert.Equal("INF1001", finding.Id);
        Assert.Contains(how, finding.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static async Task<ImmutableArray<Diagnostic>> FindAsync(string method)
    {
        CSharpCompilation compilation = Generated.Compile($$"""
            using System;
            using Inference;

            ref struct Holder { public ReadOnlySpan<float> Span; }

            class C(IModelRunner runner, NamedValues x)
            {
                NamedValues Run() => runner.Run(x);

                TensorValue Tensor() => x["s"].Retain();

                {{method}}
            }
            """);
        Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
        return await compilation.WithAnalyzers([new SpanLifetimeAnalyzer()]).GetAnalyzerDiagnosticsAsync();
    }
}
