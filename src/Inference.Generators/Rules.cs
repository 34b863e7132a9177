using Microsoft.CodeAnalysis;

namespace Inference.Generators;

/// <summary>The diagnostics of the generator and the analyzer.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule("INF0001", "The class is not partial",
        "Class '{0}' has a ModelSignature attribute, so '{1}' must be partial. Add the modifier.");

    public static readonly DiagnosticDescriptor NotListed = Rule("INF0002", "The model is not listed in the project",
        "Class '{0}', model '{1}': the project does not list this model; it lists {2}. Add <ModelSignature Include=\"{1}\" /> to the project file.");

    public static readonly DiagnosticDescriptor Ambiguous = Rule("INF0003", "Several listed models have this name",
        "Class '{0}', model '{1}': the project lists several models whose paths end with it: {2}. Write a longer path in the attribute.");

    public static readonly DiagnosticDescriptor PortMissing = Rule("INF0004", "The model lacks a port that the attribute expects",
        "Class '{0}', model '{1}', {2} '{3}': expected {4}, the model has no such {2}; it has {5}. Use a model that has it, or correct the attribute.");

    public static readonly DiagnosticDescriptor PortDiffers = Rule("INF0005", "A port has another type than the attribute expects",
        "Class '{0}', model '{1}', {2} '{3}': expected {4}, the model has {5}. Use a matching model, or correct the attribute.");

    public static readonly DiagnosticDescriptor InputUnexpected = Rule("INF0006", "The model requires an input that the attribute does not list",
        "Class '{0}', model '{1}', input '{2}': the model requires it ({3}), but the attribute does not list it. Use a matching model, or add the input to the attribute.");

    public static readonly DiagnosticDescriptor NoTypedForm = Rule("INF0007", "A port's type has no typed form",
        "Class '{0}', model '{1}', {2} '{3}': {4} has no typed form. Run this model with IModelRunner.RunAsync.");

    public static readonly DiagnosticDescriptor BadExpectation = Rule("INF0008", "The ports listed in the attribute cannot be parsed",
        "Class '{0}', {1}: expected ports such as 'x: float32[N,64], y: int64[N]', got '{2}'. Correct the attribute.");

    public static readonly DiagnosticDescriptor BadSignature = Rule("INF0009", "A signature file cannot be read",
        "The signature '{0}' cannot be read: {1}. Rebuild the project, so that the file is written by the same version of the package Inference that reads it.");

    public static readonly DiagnosticDescriptor InputNotPartial = Rule("INF0010", "The type of a row is not partial",
        "Type '{0}' has a ModelInput attribute, so '{1}' must be partial. Add the modifier.");

    public static readonly DiagnosticDescriptor InputHasNoForm = Rule("INF0011", "A property has no tensor form",
        "Type '{0}', property '{1}': {2} has no tensor form. Use a number, bool or string, or an array or list of them, that cannot be null; or leave the property out with [ModelInputIgnore].");

    public static readonly DiagnosticDescriptor InputUnknown = Rule("INF0012", "The model has no input for a property",
        "Type '{0}', model '{1}', property '{2}': expected one input '{3}', the model has {4}. Rename the property, name the input with [ModelInputName], or leave it out with [ModelInputIgnore].");

    public static readonly DiagnosticDescriptor InputDiffers = Rule("INF0013", "A property has another type than its input",
        "Type '{0}', model '{1}', property '{2}': input '{3}' is {4}, the property holds {5}. Change the property's type.");

    public static readonly DiagnosticDescriptor InputMissing = Rule("INF0014", "No property fills an input that the model requires",
        "Type '{0}', model '{1}', input '{2}': the model requires it ({3}), but no property has its name. Add a property, or name the input on one with [ModelInputName].");

    public static readonly DiagnosticDescriptor SpanOutlivesValue = new("INF1001", "A span outlives the value it was taken from",
        "The span of '{0}' is {1}: by then, its memory may belong to another call. Copy it (ToArray), or Retain the value for as long as the span is used.", "Inference", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    private static DiagnosticDescriptor Rule(string id, string title, string message) => new(id, title, message, "Inference", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
