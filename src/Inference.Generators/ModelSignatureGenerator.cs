using Inference.Generators.Emission;
using Inference.Generators.Expectations;
using Inference.Generators.Signatures;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Generators;

/// <summary>Writes the typed part of classes with a ModelSignature attribute, from the signature files that the build wrote.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelSignatureGenerator : IIncrementalGenerator
{
    private const string Attribute = "Inference.ModelSignatureAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<EquatableArray<Signature>> signatures = ListedModels.Read(context);
        context.RegisterSourceOutput(signatures, ReportUnreadable);
        IncrementalValuesProvider<TypedClass> classes = context.SyntaxProvider.ForAttributeWithMetadataName(
            Attribute, static (node, _) => node is ClassDeclarationSyntax or RecordDeclarationSyntax, static (found, _) => TypedClass.Of(found));
        context.RegisterSourceOutput(classes.Combine(signatures), static (output, pair) => Generate(output, pair.Left, pair.Right));
    }

    private static void ReportUnreadable(SourceProductionContext output, EquatableArray<Signature> signatures)
    {
        foreach (Signature signature in signatures.Where(static s => s.Error is not null))
        {
            output.ReportDiagnostic(Finding.Of(Rules.BadSignature, null, signature.File, signature.Error!).ToDiagnostic());
        }
    }

    private static void Generate(SourceProductionContext output, TypedClass type, EquatableArray<Signature> signatures)
    {
        Finding[] findings = Find(type, signatures, out Signature? signature);
        foreach (Finding finding in findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }

        // A class is generated even if its model does not match, so that other code reports only the missing members that it uses.
        if (signature is not null && Array.TrueForAll(findings, static f => f.Rule != Rules.NotPartial && f.Rule != Rules.NoTypedForm))
        {
            output.AddSource(type.FileName, ClassWriter.Write(type, signature));
        }
    }

    private static Finding[] Find(TypedClass type, EquatableArray<Signature> signatures, out Signature? signature)
    {
        signature = null;
        if (type.NotPartial is { } declaration)
        {
            return [Finding.Of(Rules.NotPartial, type.Location, type.Name, declaration)];
        }

        return ListedModels.Find(type, signatures, out signature) is { } missing
            ? [missing]
            : [.. ExpectationCheck.Findings(type, signature!), .. TypedForm.Findings(type, signature!)];
    }
}
