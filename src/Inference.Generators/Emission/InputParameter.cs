using Inference.Generators.Signatures;

namespace Inference.Generators.Emission;

/// <summary>An input as a parameter of Run and RunAsync.</summary>
/// <param name="Port">The port.</param>
/// <param name="Type">Its type.</param>
/// <param name="Property">The property of Inputs that describes it.</param>
/// <param name="Name">The parameter.</param>
/// <param name="ShapeName">The parameter for its shape; null if the shape follows from the number of elements.</param>
internal sealed record InputParameter(Port Port, PortType Type, string Property, string Name, string? ShapeName)
{
    private bool IsScalar => Type.IsTensor && Type.Shape is { Count: 0 };

    public static InputParameter[] Of(Signature signature, Names names)
    {
        var properties = new Names("Inputs", "All");
        return [.. signature.Inputs.Where(static p => !p.IsOptional).Select(port =>
            new InputParameter(port, port.Type!, properties.Property(port.Name), names.Parameter(port.Name), port.Type!.IsTensor && !port.Type.IsShapeInferable ? names.Parameter(port.Name + "_shape") : null))];
    }

    /// <summary>How Run declares it: a span, which is copied.</summary>
    public string Span => Declaration("ReadOnlySpan");

    /// <summary>How RunAsync declares it: memory, which is read in place.</summary>
    public string Memory => Declaration("ReadOnlyMemory");

    /// <summary>The value that Run passes to the model.</summary>
    public string Copied => Value("Copy", Name);

    /// <summary>The value that RunAsync passes to the model.</summary>
    public string Borrowed => IsScalar ? Copied : Value("Borrow", Name);

    /// <summary>The documentation of the parameter.</summary>
    public IEnumerable<string> Documentation
    {
        get
        {
            yield return $"/// <param name=\"{Name.TrimStart('@')}\">Input <c>{Names.Xml(Port.Name)}</c>, <c>{Names.Xml(Type.ToString())}</c>{(Type.IsTensor && !IsScalar ? ", row-major" : "")}.</param>";
            if (ShapeName is not null)
            {
                yield return $"/// <param name=\"{ShapeName.TrimStart('@')}\">The dimensions of <c>{Names.Xml(Port.Name)}</c>.</param>";
            }
        }
    }

    private string Declaration(string container) =>
        !Type.IsTensor ? $"{TypedForm.ValueOf(Type)} {Name}"
        : IsScalar ? $"{TypedForm.ElementOf(Type)} {Name}"
        : $"global::System.{container}<{TypedForm.ElementOf(Type)}> {Name}{(ShapeName is null ? "" : $", global::System.ReadOnlySpan<long> {ShapeName}")}";

    private string Value(string method, string name) =>
        !Type.IsTensor ? $"{name}.Retain()"
        : IsScalar ? $"_typedModel.Copy(Inputs.{Property}, new global::System.ReadOnlySpan<{TypedForm.ElementOf(Type)}>(in {name}))"
        : $"_typedModel.{method}(Inputs.{Property}, {name}{(ShapeName is null ? "" : $", {ShapeName}")})";
}
