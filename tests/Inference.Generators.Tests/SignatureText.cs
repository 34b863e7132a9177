using System.Text;
using Inference.Onnx;
using Inference.Signatures;
using Microsoft.CodeAnalysis;

namespace Inference.Generators.Tests;

/// <summary>The signature file of a model, as the build passes it to the compiler.</summary>
internal sealed class SignatureText(string path, string text) : AdditionalText
{
    public override string Path => path;

    public override Microsoft.CodeAnalysis.Text.SourceText GetText(CancellationToken cancellationToken = default) =>
        Microsoft.CodeAnalysis.Text.SourceText.From(text, Encoding.UTF8);

    public static SignatureText Of(string name, OnnxModel model) => new($"obj/{name}.signature.json", Encoding.UTF8.GetString(new ModelSignature(model).ToJson(name)));
}
