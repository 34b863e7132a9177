using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference.AspNetCore.Access;

/// <summary>Authenticates callers by keys. The time of a comparison does not depend on the keys.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder) : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    // Longer than any random key; bounds what is hashed for a stranger.
    private const int MaxKeyLength = 1024;
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = $"ApiKey header=\"{Options.Header}\"";
        return Task.CompletedTask;
    }

    private AuthenticateResult Authenticate()
    {
        if (Request.Headers.TryGetValue(Options.Header, out StringValues header) && header is [{ Length: > 0 } key])
        {
            return Find(key) is { } known ? Accept(known) : AuthenticateResult.Fail("The key is not known.");
        }

        if (Options.AcceptBearer && Request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            && Find(authorization[Bearer.Length..]) is { } bearer)
        {
            return Accept(bearer);
        }

        return AuthenticateResult.NoResult();
    }

    private ApiKey? Find(string key)
    {
        if (key.Length > MaxKeyLength)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes], expected = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        ApiKey? found = null;
        foreach (ApiKey candidate in Options.Keys)
        {
            Convert.FromHexString(candidate.Sha256, expected, out _, out _);
            if (CryptographicOperations.FixedTimeEquals(hash, expected))
            {
                found = candidate;
            }
        }

        return found;
    }

    private AuthenticateResult Accept(ApiKey key)
    {
        var identity = new ClaimsIdentity(Scheme.Name, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.Name, key.Name));
        foreach (string role in key.Roles)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, role));
        }

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
    }
}
