using Microsoft.CodeAnalysis;

namespace Inference.Generators;

/// <summary>A diagnostic that is compared by value.</summary>
internal sealed record Finding(DiagnosticDescriptor Rule, SourceLocation? Location, EquatableArray<string> Arguments)
{
    public static Finding Of(DiagnosticDescriptor rule, SourceLocation? location, params string[] arguments) => new(rule, location, new(arguments));

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule, Location?.ToLocation(), [.. Arguments]);
}
