using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Inference.Versioning.Signing;

/// <summary>Writes bundles.</summary>
internal static class BundleJson
{
    /// <summary>Signs a statement and writes the bundle.</summary>
    public static byte[] Sign(ModelSigningKey key, ReadOnlySpan<byte> statement)
    {
        byte[] signature = Dsse.Sign(key.Key, Dsse.InTotoType, statement);
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("mediaType", BundleReader.MediaType);
            writer.WriteStartObject("verificationMaterial");
            WriteSigner(writer, key);
            writer.WriteEndObject();
            writer.WriteStartObject("dsseEnvelope");
            writer.WriteBase64String("payload", statement);
            writer.WriteString("payloadType", Dsse.InTotoType);
            writer.WriteStartArray("signatures");
            writer.WriteStartObject();
            writer.WriteBase64String("sig", signature);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    private static void WriteSigner(Utf8JsonWriter writer, ModelSigningKey key)
    {
        if (!key.HasCertificates)
        {
            writer.WriteStartObject("publicKey");
            writer.WriteString("hint", key.Fingerprint);
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartObject("x509CertificateChain");
        writer.WriteStartArray("certificates");
        foreach (byte[] certificate in key.Certificates)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("rawBytes", certificate);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
