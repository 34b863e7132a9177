using Microsoft.AspNetCore.Authentication;

namespace Inference.AspNetCore;

/// <summary>Options of authentication by keys.</summary>
public sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The name of the scheme unless another is given.</summary>
    public const string DefaultScheme = "ApiKey";

    /// <summary>The request header with the key; the default is <c>X-Api-Key</c>.</summary>
    public string Header { get; set; } = "X-Api-Key";

    /// <summary>Whether a key is also accepted as a bearer token (<c>Authorization: Bearer KEY</c>), as clients of OpenAI's API send it; the default is true. A token that is no key is left to other schemes.</summary>
    public bool AcceptBearer { get; set; } = true;

    /// <summary>The keys.</summary>
    public IList<ApiKey> Keys { get; } = [];

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (string.IsNullOrWhiteSpace(Header))
        {
            throw new InferenceException("ApiKeyOptions.Header: expected the name of a header, got none.");
        }

        foreach (ApiKey key in Keys)
        {
            if (key.Name.Length == 0 || key.Sha256.Length != 64 || key.Sha256.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF"))
            {
                throw new InferenceException($"ApiKeyOptions.Keys, key '{key.Name}': expected a name and the SHA-256 hash of the key as 64 hexadecimal digits. Write the value of ApiKey.Hash(key).");
            }
        }
    }
}
