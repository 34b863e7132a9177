using Inference.Generators.Rows;
using Inference.Generators.Signatures;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Generators;

/// <summary>Writes how types with a ModelInput attribute fill a model's inputs.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ModelInputGenerator : IIncrementalGenerator
{
    private const string Attribute = "Inference.ModelInputAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<EquatableArray<Signature>> signatures = ListedModels.Read(context);
        IncrementalValuesProvider<InputRecord> records = context.SyntaxProvider.ForAttributeWithMetadataName(
            Attribute, static (node, _) => node is TypeDeclarationSyntax, static (found, _) => InputRecord.Of(found));
        context.RegisterSourceOutput(records.Combine(signatures), static (output, pair) => Generate(output, pair.Left, pair.Right));
    }

    private static void Generate(SourceProductionContext output, InputRecord record, EquatableArray<Signature> signatures)
    {
        Finding[] findings = [.. Findings(record, signatures)];
        foreach (Finding finding in findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }

        if (Array.TrueForAll(findings, static f => f.Rule != Rules.InputNotPartial && f.Rule != Rules.InputHasNoForm))
        {
            output.AddSource(record.FileName, InputWriter.Write(record));
        }
    }

    private static IEnumerable<Finding> Findings(InputRecord record, EquatableArray<Signature> signatures)
    {
        if (record.Type.NotPartial is { } declaration)
        {
            return [Finding.Of(Rules.InputNotPartial, record.Type.Location, record.Type.Name, declaration)];
        }

        Finding[] formless = [.. record.Columns.Where(static c => c.Element is null).Select(c => Finding.Of(Rules.InputHasNoForm, c.Location, record.Type.Name, c.Property, c.Type))];
        if (formless.Length > 0 || !record.IsForModel)
        {
            return formless;
        }

        return ListedModels.Find(record.Type, signatures, out Signature? signature) is { } missing ? [missing] : InputCheck.Findings(record, signature!);
    }
}
