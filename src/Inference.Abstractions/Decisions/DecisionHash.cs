using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Decisions;

/// <summary>Hashes the canonical form of a record. Lengths precede strings, so that different records have different forms.</summary>
internal static class DecisionHash
{
    // Invalid strings would otherwise all become U+FFFD, and different records would be equal.
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">A string is null or not valid Unicode.</exception>
    public static string Compute(Decision decision)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Bytes("previous", decision.Previous));
        hash.AppendData("\n"u8);
        string at = decision.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        hash.AppendData(s_strict.GetBytes(string.Create(CultureInfo.InvariantCulture, $"sequence {decision.Sequence}\nat {at}\n")));
        Field(hash, "action", decision.Action);
        Field(hash, "version", decision.Version);
        if (decision.From is { } from)
        {
            Field(hash, "from", from);
        }

        Field(hash, "actor", decision.Actor);
        Field(hash, "reason", decision.Reason);
        foreach ((byte[] name, byte[] value) in Facts(decision))
        {
            hash.AppendData("fact "u8);
            Text(hash, name);
            hash.AppendData(" "u8);
            Text(hash, value);
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static List<(byte[] Name, byte[] Value)> Facts(Decision decision)
    {
        if (decision.Facts is null)
        {
            throw new ArgumentException("expected facts, got null");
        }

        var facts = decision.Facts.Select(f => (Name: Bytes("fact", f.Key), Value: Bytes(f.Key, f.Value))).ToList();
        facts.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return facts;
    }

    private static void Field(IncrementalHash hash, string name, string text)
    {
        byte[] bytes = Bytes(name, text);
        hash.AppendData(s_strict.GetBytes(name + " "));
        Text(hash, bytes);
        hash.AppendData("\n"u8);
    }

    private static void Text(IncrementalHash hash, byte[] bytes)
    {
        hash.AppendData(Encoding.ASCII.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture) + " "));
        hash.AppendData(bytes);
    }

    private static byte[] Bytes(string name, string text)
    {
        try
        {
            return s_strict.GetBytes(text ?? throw new ArgumentException($"expected a text for '{name}', got null"));
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException($"expected valid Unicode for '{name}', got an unpaired surrogate", exception);
        }
    }
}
