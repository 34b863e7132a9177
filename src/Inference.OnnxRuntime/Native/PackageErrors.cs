using System.Globalization;
using PackageException = Microsoft.ML.OnnxRuntime.OnnxRuntimeException;

namespace Inference.OnnxRuntime.Native;

/// <summary>Turns what the package throws into this provider's exceptions. The package writes ONNX Runtime's code into the message and has no property for it.</summary>
internal static class PackageErrors
{
    private const string Prefix = "[ErrorCode:";

    /// <summary>Whether an exception is a failure that ONNX Runtime reported.</summary>
    /// <remarks>The package has names for the codes 0 to 12; for a later one it throws the error of its table of names.</remarks>
    public static bool IsReported(Exception exception) => exception is PackageException or KeyNotFoundException;

    /// <summary>The error with its code and ONNX Runtime's own words.</summary>
    /// <param name="exception">What the package threw.</param>
    /// <param name="where">What was being done, to begin the message with.</param>
    public static OnnxRuntimeException Translate(Exception exception, string where)
    {
        (OnnxRuntimeErrorCode code, string words) = exception is PackageException ? Split(exception.Message) : (CodeWithoutName(exception.Message), "");
        string text = words.Length > 0 ? words : "ONNX Runtime failed without a message for this code.";
        return new OnnxRuntimeException($"{where}: {text} ({code}, ONNX Runtime {OrtLibrary.Loaded?.Version})", exception) { Code = code, NativeMessage = words };
    }

    private static (OnnxRuntimeErrorCode Code, string Words) Split(string message)
    {
        int end = message.IndexOf(']', StringComparison.Ordinal);
        return message.StartsWith(Prefix, StringComparison.Ordinal) && end > 0
            ? (CodeOf(message[Prefix.Length..end]), message[(end + 1)..].TrimStart())
            : (OnnxRuntimeErrorCode.Fail, message);
    }

    // The package's names for 11 and 12 are those of an obsolete API.
    private static OnnxRuntimeErrorCode CodeOf(string name) => name switch
    {
        "ShapeInferenceNotRegistered" => OnnxRuntimeErrorCode.ExecutionProviderFail,
        "RequirementNotRegistered" => OnnxRuntimeErrorCode.ModelLoadCanceled,
        _ => Enum.TryParse(name, out OnnxRuntimeErrorCode code) ? code : OnnxRuntimeErrorCode.Fail,
    };

    private static OnnxRuntimeErrorCode CodeWithoutName(string message)
    {
        string digits = new([.. message.Where(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && Enum.IsDefined((OnnxRuntimeErrorCode)code)
            ? (OnnxRuntimeErrorCode)code
            : OnnxRuntimeErrorCode.Fail;
    }
}
