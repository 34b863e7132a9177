using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Decisions;
using Inference.Versioning.Signing;

namespace Inference.Versioning.State;

/// <summary>Records that sign a log: the signature covers the record before it, and by its hash all earlier ones.</summary>
/// <remarks>Signed is the DSSE encoding, with the type <c>application/vnd.inference.decisions</c>, of these lines, each ended by a line feed: <c>model NAME</c>, <c>sequence N</c> and <c>hash H</c> of the record
/// before, <c>at T</c>, the time of the signature as in the hash of records.</remarks>
internal static class LogSignature
{
    private const string Type = "application/vnd.inference.decisions";

    /// <summary>Signs a log up to its last record.</summary>
    public static Decision Sign(ModelSigningKey key, string model, Decision head, DateTimeOffset now, string reason) => new Decision
    {
        At = now,
        Action = DecisionActions.Signature,
        Version = "",
        Actor = DecisionActors.Store,
        Reason = reason,
        Facts = new Dictionary<string, string>
        {
            [DecisionFacts.Model] = model,
            [DecisionFacts.Key] = key.Fingerprint,
            [DecisionFacts.Algorithm] = Algorithm(key.Key),
            [DecisionFacts.Value] = Convert.ToBase64String(Dsse.Sign(key.Key, Type, Text(model, head.Sequence, head.Hash, now))),
        },
    }.After(head);

    /// <summary>Why the signature of a record is not valid; null if it is.</summary>
    /// <param name="record">The record, which follows in its log.</param>
    /// <param name="trusted">The trusted keys.</param>
    public static string? WhyNot(Decision record, TrustedKeys trusted)
    {
        string fingerprint = record.Facts.GetValueOrDefault(DecisionFacts.Key, "");
        ECDsa? key = trusted.Keys.FirstOrDefault(k => EcKeys.Fingerprint(k.Key) == fingerprint).Key;
        if (key is null)
        {
            return $"expected a signature by a trusted key ({trusted}), got one by the key with fingerprint '{(fingerprint.Length <= 64 ? fingerprint : fingerprint[..64])}'";
        }

        byte[] value = new byte[256];
        byte[] text = Text(record.Facts.GetValueOrDefault(DecisionFacts.Model, ""), record.Sequence - 1, record.Previous, record.At);
        return record.Facts.GetValueOrDefault(DecisionFacts.Algorithm) == Algorithm(key)
            && Convert.TryFromBase64String(record.Facts.GetValueOrDefault(DecisionFacts.Value, ""), value, out int length)
            && Dsse.IsValid(key, Type, text, value.AsSpan(0, length))
            ? null
            : "the signature is not valid for the records before it: they were changed, or the signature is of another log";
    }

    private static string Algorithm(ECDsa key) => "ES" + EcKeys.HashOf(key).Name![3..];

    private static byte[] Text(string model, long sequence, string hash, DateTimeOffset at) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"model {model}\nsequence {sequence}\nhash {hash}\nat {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}\n"));
}
