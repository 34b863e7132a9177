using System.Globalization;

namespace Inference.Versioning;

/// <summary>When a key is trusted. Signatures are judged at the time of loading, not of signing: a stolen key can sign for any time.</summary>
public sealed class KeyValidity
{
    /// <summary>The first moment at which the key is trusted; null, the default, for no limit.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>The moment from which the key is no longer trusted; null, the default, for no limit.</summary>
    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Why the key is not trusted at a time; null if it is.</summary>
    internal string? WhyNot(DateTimeOffset now) =>
        now < NotBefore ? string.Create(CultureInfo.InvariantCulture, $"from {NotBefore.Value.UtcDateTime:u}")
        : now >= NotAfter ? string.Create(CultureInfo.InvariantCulture, $"until {NotAfter.Value.UtcDateTime:u}")
        : null;
}
