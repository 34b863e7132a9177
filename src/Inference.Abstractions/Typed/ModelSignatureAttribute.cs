namespace Inference;

/// <summary>
/// Gives a partial class a typed <c>Run</c> and <c>RunAsync</c> for one model: a parameter for each input, a result with a property for each output. The source generator of
/// the package <c>Inference</c> writes them from the model's signature, which the build reads from the file, so that code that uses a port the model no longer has does not compile.
/// </summary>
/// <remarks>The project lists the model: <c>&lt;ModelSignature Include="ranker.onnx" /&gt;</c>. Inputs that the model has a default for are no parameters and keep their default.</remarks>
/// <param name="model">The model file: the path by which the project lists it, or its last parts, such as the file's name.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelSignatureAttribute(string model) : Attribute
{
    /// <summary>The model file: the path by which the project lists it, or its last parts.</summary>
    public string Model { get; } = model;

    /// <summary>The inputs that are expected, such as <c>x: float32[N,64], y: int64[N]</c>, in the spelling of <see cref="ModelPort.ToString"/>; null expects nothing. Sizes must be equal; a symbol and
    /// <c>?</c> stand for any size that is not fixed; a type without a shape leaves the shape open. A model that lacks one, has another type there, or needs one more, fails the build with a message that names the port.</summary>
    public string? Inputs { get; init; }

    /// <summary>The outputs that are expected, spelt as <see cref="Inputs"/>; null expects nothing. A model may have more.</summary>
    public string? Outputs { get; init; }
}
