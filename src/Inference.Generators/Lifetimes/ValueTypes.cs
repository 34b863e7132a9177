using Microsoft.CodeAnalysis;

namespace Inference.Generators.Lifetimes;

/// <summary>The types whose memory is released by Dispose.</summary>
internal sealed class ValueTypes
{
    private readonly INamedTypeSymbol _value;
    private readonly INamedTypeSymbol _set;
    private readonly INamedTypeSymbol? _typed;

    private ValueTypes(INamedTypeSymbol value, INamedTypeSymbol set, INamedTypeSymbol? typed)
    {
        _value = value;
        _set = set;
        _typed = typed;
    }

    /// <summary>The types in a compilation; null if it does not contain them.</summary>
    public static ValueTypes? TryOf(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Inference.ModelValue") is { } value && compilation.GetTypeByMetadataName("Inference.NamedValues") is { } set
            ? new(value, set, compilation.GetTypeByMetadataName("Inference.TypedTensor`1"))
            : null;

    /// <summary>Whether a value of this type has memory that its Dispose releases.</summary>
    public bool IsOwner(ITypeSymbol? type)
    {
        for (ITypeSymbol? current = type; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current, _value) || SymbolEqualityComparer.Default.Equals(current, _set))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this is a view of a value, or a value.</summary>
    public bool IsValue(ITypeSymbol? type) =>
        IsOwner(type) || (_typed is not null && SymbolEqualityComparer.Default.Equals(type?.OriginalDefinition, _typed));
}
