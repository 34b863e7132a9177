namespace Inference;

/// <summary>
/// Gives a partial class typed <c>Run</c> and <c>RunAsync</c> methods for one model, with a parameter for each input and a result with a property for each output. The source generator of
/// the package <c>Inference</c> generates them from the model's signature, which the build reads from the file, so code that uses a port the model no longer has does not compile.
/// </summary>
/// <remarks>The project must list the model: <c>&lt;ModelSignature Include="ranker.onnx" /&gt;</c>. Inputs with a default value are not parameters and keep their default.</remarks>
/// <param name="model">The model file: its path as listed in the project, or the end of that path, such as the file name.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelSignatureAttribute(string model) : Attribute
{
    /// <summary>The model file: its path as listed in the project, or the end of that path.</summary>
    public string Model { get; } = model;

    /// <summary>The expected inputs, such as <c>x: float32[N,64], y: int64[N]</c>, in the format of <see cref="ModelPort.ToString"/>; null for no expectation. Sizes must be equal; a symbol and
    /// <c>?</c> match any size that is not fixed; a type without a shape matches any shape. If the model lacks one, has another type for it, or requires a further input, the build fails with a message that names the port.</summary>
    public string? Inputs { get; init; }

    /// <summary>The expected outputs, in the format of <see cref="Inputs"/>; null for no expectation. The model may have more outputs.</summary>
    public string? Outputs { get; init; }
}
