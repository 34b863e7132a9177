using System.Text;

namespace Inference.Onnx.Encryption;

/// <summary>
/// The layout of a container, little-endian: magic (8 bytes), format version (int32), length of the key block (int32), length of the header (int32); key block: length of the key id (uint16), key id (UTF-8), length of
/// the encrypted data key (uint16), encrypted data key; <see cref="ContainerHeader"/>; HMAC-SHA-256 of the header's digest (32 bytes); the segments. Each part begins a segment and fills all but its last; each segment is
/// AES-256-GCM ciphertext and its tag of 16 bytes.
/// </summary>
internal static class ContainerFormat
{
    public const int Version = 1;
    public const int PreambleBytes = 20;
    public const int MostKeyBytes = 4 + EncryptedModelKey.MaxIdBytes + EncryptedModelKey.MaxWrappedBytes;
    public const int HeaderTagBytes = 32;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The first bytes of a container: as protobuf, a field that no ONNX message has.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'I', (byte)'N', (byte)'F', (byte)'E', (byte)'N', (byte)'C', (byte)'\n'];

    public static bool IsContainer(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    public static OnnxFormatException Broken(string problem, string? file) =>
        new($"the encrypted model is damaged or was changed: {problem}. Restore the file from a trusted copy.", "", fileName: file);

    /// <summary>Text in the file. A lax decoder would read two different byte sequences as the same text.</summary>
    public static string Text(ReadOnlySpan<byte> utf8, string what, string? file)
    {
        try
        {
            return s_strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Broken($"{what} is not valid UTF-8", file);
        }
    }
}
