using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Generators;

/// <summary>A class with a ModelSignature attribute.</summary>
/// <param name="Name">The name, including those of its containing classes.</param>
/// <param name="Namespace">Its namespace; "" for none.</param>
/// <param name="Declarations">Its declarations in source, from the outermost containing class to the class itself: <c>class Outer&lt;T&gt;</c>.</param>
/// <param name="Model">The model named by the attribute.</param>
/// <param name="ExpectedInputs">The inputs that the attribute lists; null if it lists none.</param>
/// <param name="ExpectedOutputs">The outputs that the attribute lists; null if it lists none.</param>
/// <param name="NotPartial">The first of these declarations that is not partial; null if all are.</param>
/// <param name="Location">The attribute.</param>
internal sealed record TypedClass(
    string Name, string Namespace, EquatableArray<string> Declarations, string Model, string? ExpectedInputs, string? ExpectedOutputs, string? NotPartial, SourceLocation? Location)
{
    /// <summary>The name used to declare the constructor.</summary>
    public string Identifier => Name.Substring(Name.LastIndexOf('.') + 1);

    /// <summary>The name of its generated file, different for classes that differ only in their type parameters.</summary>
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
