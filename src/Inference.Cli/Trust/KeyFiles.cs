using System.Security.Cryptography;
using Inference.Cli.Running;
using Inference.Versioning;

namespace Inference.Cli.Trust;

/// <summary>Keys and certificates in PEM files.</summary>
internal static class KeyFiles
{
    /// <summary>The environment variable with the passphrase of encrypted keys: a command line is visible to others.</summary>
    public const string Passphrase = "INFERENCE_KEY_PASSPHRASE";

    // Far beyond any chain of certificates.
    private const long LongestFile = 1 << 20;

    /// <summary>Reads a private key.</summary>
    /// <exception cref="InferenceException">The file cannot be read, or is not such a key.</exception>
    public static ModelSigningKey ReadPrivate(string path, string? chain) => Named(path, Read(path), pem => ModelSigningKey.FromPem(pem, EnvironmentPassphrase(), chain is null ? null : Read(chain)));

    /// <summary>Reads the public keys that are trusted, by file name; a private key stands for its public one.</summary>
    /// <exception cref="InferenceException">A file cannot be read, or is not a key.</exception>
    public static SigningOptions ReadTrusted(IEnumerable<string> keys, IEnumerable<string> roots)
    {
        var trusted = new SigningOptions();
        foreach (string path in keys)
        {
            string pem = Read(path);
            if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) && !pem.Contains("KEY-----", StringComparison.Ordinal))
            {
                throw new UsageException($"'{path}': expected a key, got a certificate. Pass authorities by --certificate-roots.");
            }

            trusted.Keys[path] = pem.Contains("PRIVATE KEY", StringComparison.Ordinal) ? Named(path, pem, PublicOf) : pem;
        }

        foreach (string path in roots)
        {
            trusted.CertificateRoots.Add(Read(path));
        }

        return trusted;
    }

    private static string? EnvironmentPassphrase() => Environment.GetEnvironmentVariable(Passphrase);

    private static string PublicOf(string pem)
    {
        using ModelSigningKey key = ModelSigningKey.FromPem(pem, EnvironmentPassphrase());
        return key.PublicKeyPem;
    }

    private static string Read(string path)
    {
        var file = new FileInfo(path);
        return !file.Exists ? throw new UsageException($"'{path}': expected a PEM file, found none.")
            : file.Length <= LongestFile ? File.ReadAllText(path)
            : throw new UsageException($"'{path}': expected a PEM file of at most {LongestFile} bytes, got {file.Length}.");
    }

    private static T Named<T>(string path, string pem, Func<string, T> read)
    {
        try
        {
            return read(pem);
        }
        catch (CryptographicException exception)
        {
            string passphrase = pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? $" The passphrase is read from the environment variable {Passphrase}." : "";
            throw new InferenceException($"'{path}': {exception.Message}{passphrase}", exception);
        }
    }
}
