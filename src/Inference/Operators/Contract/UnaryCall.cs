using System.Globalization;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Contract;

/// <summary>A function with its parameters.</summary>
/// <param name="Form">The function.</param>
/// <param name="Alpha">α, where it has one.</param>
/// <param name="Beta">β, where it has one.</param>
internal sealed record UnaryCall(UnaryForm Form, float Alpha, float Beta)
{
    /// <summary>As f32 kernels apply it last.</summary>
    public Activation Activation => new(Form.Function, Alpha, Beta);

    /// <summary>As an operator.</summary>
    public Operator Make() => Form.Make(Alpha, Beta);

    public override string ToString() => Form.Parameters.Count switch
    {
        0 => Form.Name,
        1 => string.Create(CultureInfo.InvariantCulture, $"{Form.Name} {Alpha:R}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Form.Name} {Alpha:R} {Beta:R}"),
    };
}
