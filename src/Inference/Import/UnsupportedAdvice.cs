using Inference.Operators.Images;

namespace Inference.Import;

/// <summary>What to do about a model whose operators are not supported.</summary>
internal static class UnsupportedAdvice
{
    private const string Others = "Add a provider that supports them, or export the model with other operators.";

    /// <summary>A sentence for the operators named, as <c>domain.Name-version</c>.</summary>
    public static string Of(IReadOnlyCollection<string> operators)
    {
        // Layouts of one processor, which ONNX Runtime's optimizer writes into files above its extended level.
        if (operators.Any(o => o.StartsWith("com.microsoft.nchwc.", StringComparison.Ordinal) || o.StartsWith("com.ms.internal.nhwc.", StringComparison.Ordinal)))
        {
            return "The file was written by ONNX Runtime's optimizer for a specific machine. Write it again at level 'extended' or below, or load the original model.";
        }

        if (operators.Any(o => o.StartsWith("ai.onnx.ImageDecoder-", StringComparison.Ordinal)))
        {
            return operators.Count == 1 ? ImageDecoder.Missing : $"{ImageDecoder.Missing} {Others}";
        }

        return operators.Any(o => o.StartsWith("com.microsoft.EPContext-", StringComparison.Ordinal))
            ? "The file contains code compiled for a specific device, which runs only there: load the original model."
            : Others;
    }
}
