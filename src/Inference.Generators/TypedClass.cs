using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Generators;

/// <summary>A class with a ModelSignature attribute.</summary>
/// <param name="Name">Its name, with those of the classes it stands in.</param>
/// <param name="Namespace">Its namespace; "" for none.</param>
/// <param name="Declarations">How it is declared in source, after those it stands in: <c>class Outer&lt;T&gt;</c>.</param>
/// <param name="Model">The model that the attribute names.</param>
/// <param name="ExpectedInputs">The inputs that the attribute expects; null for no statement.</param>
/// <param name="ExpectedOutputs">The outputs that the attribute expects; null for no statement.</param>
/// <param name="NotPartial">The first of these declarations that is not partial; null where all are.</param>
/// <param name="Location">The attribute.</param>
internal sealed record TypedClass(
    string Name, string Namespace, EquatableArray<string> Declarations, string Model, string? ExpectedInputs, string? ExpectedOutputs, string? NotPartial, SourceLocation? Location)
{
    /// <summary>The name by which the constructor is declared.</summary>
    public string Identifier => Name.Substring(Name.LastIndexOf('.') + 1);

    /// <summary>A name for its generated file, which classes of one name that differ in their type parameters do not share.</summary>
    public string FileName => (Namespace.Length == 0 ? Name : $"{Namespace}.{Name}").Replace("@", "") + $".{string.Join("_", Declarations.Select(static d => d.Count(static c => c is '<' or ',')))}.ModelSignature.g.cs";

    public static TypedClass Of(GeneratorAttributeSyntaxContext context)
    {
        AttributeData attribute = context.Attributes[0];
        TypeDeclarationSyntax[] chain = [.. context.TargetNode.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Reverse()];
        return new(
            string.Join(".", chain.Select(static t => t.Identifier.Text)),
            context.TargetSymbol.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() : "",
            new(chain.Select(static t => $"{Keyword(t)} {t.Identifier.Text}{t.TypeParameterList?.ToString() ?? ""}")),
            attribute.ConstructorArguments.Length > 0 ? attribute.ConstructorArguments[0].Value as string ?? "" : "",
            Argument(attribute, "Inputs"),
            Argument(attribute, "Outputs"),
            chain.FirstOrDefault(static t => !t.Modifiers.Any(SyntaxKind.PartialKeyword))?.Identifier.ValueText,
            SourceLocation.Of(attribute.ApplicationSyntaxReference?.GetSyntax().GetLocation()));
    }

    private static string Keyword(TypeDeclarationSyntax type) =>
        type is RecordDeclarationSyntax record && record.ClassOrStructKeyword.ValueText.Length > 0 ? $"record {record.ClassOrStructKeyword.ValueText}" : type.Keyword.ValueText;

    private static string? Argument(AttributeData attribute, string name) => attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value as string;
}
