using Inference.Generators.Emission;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Inference.Generators.Rows;

/// <summary>A type with a ModelInput attribute.</summary>
/// <param name="Type">The type as other types see it; the model's path and the expectations are those of the attribute.</param>
/// <param name="Self">The type's name in its own declaration, with its type parameters.</param>
/// <param name="IsForModel">Whether the attribute names a model.</param>
/// <param name="Columns">Its properties.</param>
internal sealed record InputRecord(TypedClass Type, string Self, bool IsForModel, EquatableArray<InputColumn> Columns)
{
    private const string NameAttribute = "Inference.ModelInputNameAttribute";
    private const string IgnoreAttribute = "Inference.ModelInputIgnoreAttribute";

    public string FileName => Type.FileName.Replace(".ModelSignature.g.cs", ".ModelInput.g.cs");

    public static InputRecord Of(GeneratorAttributeSyntaxContext context)
    {
        var symbol = (INamedTypeSymbol)context.TargetSymbol;
        var declaration = (TypeDeclarationSyntax)context.TargetNode;
        var type = TypedClass.Of(context);
        return new(type, declaration.Identifier.Text + (declaration.TypeParameterList?.ToString() ?? ""), type.Model.Length > 0, new(Properties(symbol).Select(p => Column(p, symbol)).OfType<InputColumn>()));
    }

    // Those of base types first.
    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var chain = new Stack<INamedTypeSymbol>();
        for (INamedTypeSymbol? t = type; t is { SpecialType: not SpecialType.System_Object and not SpecialType.System_ValueType }; t = t.BaseType)
        {
            chain.Push(t);
        }

        return chain.SelectMany(static t => t.GetMembers().OfType<IPropertySymbol>())
            .Where(p => !p.IsStatic && !p.IsIndexer && p.DeclaredAccessibility == Accessibility.Public && p.GetMethod is { DeclaredAccessibility: Accessibility.Public } && seen.Add(p.Name));
    }

    private static InputColumn? Column(IPropertySymbol property, INamedTypeSymbol type)
    {
        // Without a target, an attribute in a record's parameter list belongs to the parameter.
        AttributeData[] attributes =
        [
            .. property.GetAttributes(),
            .. type.InstanceConstructors.SelectMany(static c => c.Parameters).Where(p => p.Name == property.Name).SelectMany(static p => p.GetAttributes()),
        ];
        if (Array.Exists(attributes, static a => a.AttributeClass?.ToDisplayString() == IgnoreAttribute))
        {
            return null;
        }

        string name = Array.Find(attributes, static a => a.AttributeClass?.ToDisplayString() == NameAttribute)?.ConstructorArguments.FirstOrDefault().Value as string ?? property.Name;
        (ITypeSymbol? element, bool isRow, bool isCopied) = Elements(property.Type);
        string? elementType = element?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        bool hasForm = elementType is not null && TypedForm.NameOf(elementType) is not null
            && property.NullableAnnotation != NullableAnnotation.Annotated && element!.NullableAnnotation != NullableAnnotation.Annotated;
        string identifier = SyntaxFacts.GetKeywordKind(property.Name) != SyntaxKind.None ? "@" + property.Name : property.Name;
        return new(identifier, name, property.Type.ToDisplayString(NullableFlowState.None, SymbolDisplayFormat.MinimallyQualifiedFormat), hasForm ? elementType : null, isRow, isCopied, SourceLocation.Of(property.Locations.FirstOrDefault()));
    }

    private static (ITypeSymbol? Element, bool IsRow, bool IsCopied) Elements(ITypeSymbol type)
    {
        switch (type)
        {
            case { SpecialType: SpecialType.System_String }:
                return (type, false, false);
            case IArrayTypeSymbol array:
                return (array.Rank == 1 ? array.ElementType : null, true, false);
            case INamedTypeSymbol { Name: "ReadOnlyMemory" or "Memory", TypeArguments.Length: 1 } memory when memory.ContainingNamespace.ToDisplayString() == "System":
                return (memory.TypeArguments[0], true, false);
        }

        INamedTypeSymbol? sequence = type.AllInterfaces.Append(type as INamedTypeSymbol).FirstOrDefault(static i => i?.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T);
        return sequence is null ? (type, false, false) : (sequence.TypeArguments[0], true, true);
    }
}
