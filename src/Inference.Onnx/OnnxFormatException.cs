using System.Globalization;

namespace Inference.Onnx;

/// <summary>
/// The bytes are not valid in the ONNX format, or exceed a limit of <see cref="OnnxReadOptions"/>. The only exception thrown for malformed content;
/// a model file that cannot be opened throws the usual <see cref="IOException"/>.
/// </summary>
public sealed class OnnxFormatException : FormatException
{
    /// <summary>Creates an exception with a message.</summary>
    public OnnxFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the exception that caused it.</summary>
    public OnnxFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with the known facts about the location, with which the message begins.</summary>
    /// <param name="problem">What was expected, what was received, and what to do.</param>
    /// <param name="fieldPath">The field, such as <c>graph.node[3].attribute[0].t.dims</c>; may be empty.</param>
    /// <param name="byteOffset">The offset in bytes from the start; −1 if unknown.</param>
    /// <param name="fileName">The file, if there is one.</param>
    /// <param name="innerException">The exception that caused this one, if there is one.</param>
    internal OnnxFormatException(string problem, string fieldPath, long byteOffset = -1, string? fileName = null, Exception? innerException = null)
        : base(Compose(problem, fieldPath, byteOffset, fileName), innerException)
    {
        FieldPath = fieldPath;
        ByteOffset = byteOffset;
        FileName = fileName;
    }

    /// <summary>The field that could not be read, such as <c>graph.node[3].attribute[0].t.dims</c>; empty if unknown.</summary>
    public string FieldPath { get; init; } = "";

    /// <summary>The offset in bytes from the start of the file or buffer; −1 if unknown.</summary>
    public long ByteOffset { get; init; } = -1;

    /// <summary>The file; null for bytes in memory.</summary>
    public string? FileName { get; init; }

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
