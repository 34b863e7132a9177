using System.Security.Cryptography;
using Inference.Decisions;

namespace Inference.Versioning.State;

/// <summary>Decides when a log is signed, and signs it. Not thread-safe.</summary>
internal sealed class LogSigner : IDisposable
{
    private readonly ModelSigningKey _key;
    private readonly int _every;
    private readonly TimeSpan _interval;
    private int _unsigned;
    private DateTimeOffset _oldest;

    private LogSigner(ModelSigningKey key, AuditOptions options) => (_key, _every, _interval) = (key, options.EveryDecisions, options.EveryInterval);

    /// <summary>Creates a signer; null if there is no key.</summary>
    /// <exception cref="ModelLoadException">The key cannot be read.</exception>
    public static LogSigner? TryCreate(AuditOptions options, string model)
    {
        if (options.SigningKey is null && options.SigningKeyFile is null)
        {
            return null;
        }

        try
        {
            return new LogSigner(ModelSigningKey.FromPem(options.SigningKey ?? File.ReadAllText(options.SigningKeyFile!), options.Passphrase), options);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model '{model}': the key that signs the log of decisions cannot be read: {exception.Message} Correct Audit.SigningKey or Audit.SigningKeyFile.", exception);
        }
    }

    /// <summary>Whether records are not signed.</summary>
    public bool HasUnsigned => _unsigned > 0;

    /// <summary>Takes note of a record of the log.</summary>
    public void Observe(Decision record)
    {
        if (record.Action == DecisionActions.Signature)
        {
            _unsigned = 0;
            return;
        }

        if (_unsigned++ == 0)
        {
            _oldest = record.At;
        }
    }

    /// <summary>Starts again with another log.</summary>
    public void Reset() => _unsigned = 0;

    /// <summary>Why the log is to be signed now; null if it is not.</summary>
    public string? WhyDue(DateTimeOffset now) => _unsigned >= _every ? $"{_unsigned} records" : _unsigned > 0 && now - _oldest >= _interval ? "the interval has passed" : null;

    /// <summary>Signs a log up to its last record.</summary>
    public Decision Sign(string model, Decision head, DateTimeOffset now, string reason) => LogSignature.Sign(_key, model, head, now, reason);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
