using Microsoft.Extensions.Configuration;

namespace Inference.AspNetCore.Configuration;

/// <summary>Reads the server's options from a section of the configuration; unknown keys are refused.</summary>
internal static class OpenInferenceKeys
{
    private static readonly OptionKeys s_policies = OptionKeys.Of(
        nameof(OpenInferencePolicies.Infer), nameof(OpenInferencePolicies.Metadata), nameof(OpenInferencePolicies.Repository), nameof(OpenInferencePolicies.Statistics), nameof(OpenInferencePolicies.Feedback),
        nameof(OpenInferencePolicies.Admin));

    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(OpenInferenceOptions.ServerName), nameof(OpenInferenceOptions.UseGrpc), nameof(OpenInferenceOptions.DefaultTimeout), nameof(OpenInferenceOptions.MaxTimeout), nameof(OpenInferenceOptions.TimeoutHeader),
            nameof(OpenInferenceOptions.RoutingKeyHeader), nameof(OpenInferenceOptions.TenantHeader), nameof(OpenInferenceOptions.SubjectHeader), nameof(OpenInferenceOptions.RetryAfter))
        .With(nameof(OpenInferenceOptions.Models), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(OpenInferenceOptions.Policies), s_policies)
        .With(nameof(OpenInferenceOptions.ModelPolicies), OptionKeys.MapOf(s_policies))
        .With(nameof(OpenInferenceOptions.Limits), OptionKeys.Of(
            nameof(OpenInferenceLimits.MaxBodyBytes), nameof(OpenInferenceLimits.MaxJsonBytes), nameof(OpenInferenceLimits.MaxJsonDepth), nameof(OpenInferenceLimits.MaxInputs), nameof(OpenInferenceLimits.MaxOutputs),
            nameof(OpenInferenceLimits.MaxElements), nameof(OpenInferenceLimits.MaxRank), nameof(OpenInferenceLimits.MaxNameBytes), nameof(OpenInferenceLimits.MaxParameters), nameof(OpenInferenceLimits.MaxItems),
            nameof(OpenInferenceLimits.MaxBytesInFlight)));

    private static readonly OptionKeys s_apiKeys = OptionKeys.Of(nameof(ApiKeyOptions.Header), nameof(ApiKeyOptions.AcceptBearer))
        .With(nameof(ApiKeyOptions.Keys), OptionKeys.ListOf(OptionKeys.Of(nameof(ApiKey.Name), nameof(ApiKey.Sha256)).With(nameof(ApiKey.Roles), OptionKeys.ListOf(OptionKeys.Value))));

    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type.</exception>
    public static void Read(IConfigurationSection section, OpenInferenceOptions options)
    {
        s_keys.Check(section);
        OptionsReader.Read(section, () => section.Bind(options));
    }

    /// <exception cref="ModelConfigurationException">A key is unknown, or a value has another type.</exception>
    public static void Read(IConfigurationSection section, ApiKeyOptions options)
    {
        s_apiKeys.Check(section);
        OptionsReader.Read(section, () =>
        {
            options.Header = section.GetValue(nameof(ApiKeyOptions.Header), options.Header)!;
            options.AcceptBearer = section.GetValue(nameof(ApiKeyOptions.AcceptBearer), options.AcceptBearer);
            foreach (IConfigurationSection key in section.GetSection(nameof(ApiKeyOptions.Keys)).GetChildren())
            {
                options.Keys.Add(key.Get<ApiKey>() ?? new ApiKey());
            }
        });
    }
}
