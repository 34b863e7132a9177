using System.Text;
using System.Text.Unicode;

namespace Inference.Onnx.Wire;

/// <summary>
/// Shares the strings of a model: names come several times each. One slot a hash, the newest wins, so that neither memory nor time can be driven up by crafted names.
/// </summary>
internal sealed class StringCache
{
    // Operators, domains and names repeat; longer texts are data.
    private const int LongestShared = 256;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string?[] _slots;

    // Names are used again soon after they were made: some hundred slots share nearly all, and more would be memory that is touched for the first time.
    public StringCache(long sourceBytes) =>
        _slots = new string?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(sourceBytes / 64, 64, 1024))];

    /// <summary>The text; null where the bytes are not UTF-8.</summary>
    public string? Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "";
        }

        if (bytes.Length > LongestShared || !Ascii.IsValid(bytes))
        {
            return Utf8.IsValid(bytes) ? Strict.GetString(bytes) : null;
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref var slot = ref _slots[hash.ToHashCode() & (_slots.Length - 1)];
        return slot is not null && Ascii.Equals(bytes, slot) ? slot : slot = Encoding.ASCII.GetString(bytes);
    }
}
