using Inference.Onnx;

namespace Inference.Signatures;

/// <summary>Why a signature could not be read or written.</summary>
internal static class SignatureError
{
    /// <summary>The reason on one line; null if the error is a bug in this program.</summary>
    public static string? Of(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "the file does not exist. Correct the path of the ModelSignature item.",
        OnnxFormatException or IOException or UnauthorizedAccessException => exception.Message.ReplaceLineEndings(" "),
        _ => null,
    };
}
