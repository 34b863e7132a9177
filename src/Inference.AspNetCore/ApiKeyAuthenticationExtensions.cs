using Inference.AspNetCore;
using Inference.AspNetCore.Access;
using Microsoft.AspNetCore.Authentication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds authentication by keys.</summary>
public static class ApiKeyAuthenticationExtensions
{
    /// <summary>Adds a scheme that authenticates callers by keys in a header: <c>AddAuthentication().AddApiKeys(o => o.Keys.Add(…))</c>.</summary>
    /// <param name="builder">The builder of authentication.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="scheme">The scheme's name.</param>
    public static AuthenticationBuilder AddApiKeys(this AuthenticationBuilder builder, Action<ApiKeyOptions> configure, string scheme = ApiKeyOptions.DefaultScheme)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddScheme<ApiKeyOptions, ApiKeyHandler>(scheme, configure);
    }
}
