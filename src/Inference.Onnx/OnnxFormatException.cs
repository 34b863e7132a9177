using System.Globalization;

namespace Inference.Onnx;

/// <summary>
/// The bytes are not what the ONNX format allows, or exceed a limit of <see cref="OnnxReadOptions"/>. The only exception that reading malformed content throws;
/// failing to open the model file itself gives the usual <see cref="IOException"/>.
/// </summary>
public sealed class OnnxFormatException : FormatException
{
    /// <summary>Creates the exception with what is known of the place.</summary>
    /// <param name="problem">What was expected, what came, what to do.</param>
    /// <param name="fieldPath">The field, such as <c>graph.node[3].attribute[0].t.dims</c>; may be empty.</param>
    /// <param name="byteOffset">Where in the bytes, in bytes from their start; −1 where not known.</param>
    /// <param name="fileName">The file, where there is one.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public OnnxFormatException(string problem, string fieldPath = "", long byteOffset = -1, string? fileName = null, Exception? innerException = null)
        : base(Compose(problem, fieldPath, byteOffset, fileName), innerException)
    {
        FieldPath = fieldPath;
        ByteOffset = byteOffset;
        FileName = fileName;
    }

    /// <summary>The field that could not be read, such as <c>graph.node[3].attribute[0].t.dims</c>; empty where not known.</summary>
    public string FieldPath { get; }

    /// <summary>Offset in bytes from the start of the file or buffer; −1 where not known.</summary>
    public long ByteOffset { get; }

    /// <summary>The file; null for bytes in memory.</summary>
    public string? FileName { get; }

    private static string Compose(string problem, string fieldPath, long byteOffset, string? fileName)
    {
        var where = fileName is null ? "ONNX" : $"ONNX file '{fileName}'";
        if (fieldPath.Length > 0)
        {
            where += $", {fieldPath}";
        }

        if (byteOffset >= 0)
        {
            where += string.Create(CultureInfo.InvariantCulture, $", byte {byteOffset}");
        }

        return $"{where}: {problem}";
    }
}
