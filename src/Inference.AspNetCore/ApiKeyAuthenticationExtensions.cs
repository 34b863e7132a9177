using Inference;
using Inference.AspNetCore;
using Inference.AspNetCore.Access;
using Inference.AspNetCore.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;

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

    /// <summary>Adds the scheme with options from a section of the configuration: <c>{ "Keys": [ { "Name": "shop", "Sha256": "…", "Roles": [ "admin" ] } ] }</c>.</summary>
    /// <param name="builder">The builder of authentication.</param>
    /// <param name="section">The section.</param>
    /// <param name="scheme">The scheme's name.</param>
    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type.</exception>
    public static AuthenticationBuilder AddApiKeys(this AuthenticationBuilder builder, IConfigurationSection section, string scheme = ApiKeyOptions.DefaultScheme)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(section);
        OpenInferenceKeys.Read(section, new ApiKeyOptions());
        return builder.AddScheme<ApiKeyOptions, ApiKeyHandler>(scheme, options => OpenInferenceKeys.Read(section, options));
    }
}
