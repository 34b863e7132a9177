using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;

namespace Inference.AspNetCore;

/// <summary>A key by which a program authenticates. The key itself is not kept, only its hash.</summary>
public sealed class ApiKey
{
    /// <summary>The name of the caller, as the log and policies see it.</summary>
    [Required, StringLength(256, MinimumLength = 1)]
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 hash of the key, as 64 hexadecimal digits: <see cref="Hash"/>. Keys must be random, with at least 128 bits: a hash does not protect one that can be guessed.</summary>
    [Required, RegularExpression("^[0-9a-fA-F]{64}$")]
    public string Sha256 { get; set; } = "";

    /// <summary>The roles of the caller, for policies (<c>RequireRole</c>).</summary>
    public IList<string> Roles { get; } = [];

    /// <summary>Returns the hash of a key.</summary>
    public static string Hash(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }

    /// <summary>Returns a new random key of 256 bits, of 43 characters that need no escape in a header.</summary>
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
