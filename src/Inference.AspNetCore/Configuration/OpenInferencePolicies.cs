namespace Inference.AspNetCore;

/// <summary>Names of ASP.NET Core's authorization policies, one a group of requests; null, the default, asks for none. Health is open to all.</summary>
public sealed class OpenInferencePolicies
{
    /// <summary>The policy of <see cref="OpenInferenceGroup.Infer"/>.</summary>
    public string? Infer { get; set; }

    /// <summary>The policy of <see cref="OpenInferenceGroup.Metadata"/>.</summary>
    public string? Metadata { get; set; }

    /// <summary>The policy of <see cref="OpenInferenceGroup.Repository"/>; that of <see cref="Admin"/> if it is null.</summary>
    public string? Repository { get; set; }

    /// <summary>The policy of <see cref="OpenInferenceGroup.Statistics"/>.</summary>
    public string? Statistics { get; set; }

    /// <summary>The policy of <see cref="OpenInferenceGroup.Feedback"/>.</summary>
    public string? Feedback { get; set; }

    /// <summary>The policy of <see cref="OpenInferenceGroup.Admin"/>. Without one, the server is read-only: the repository's index, load and unload are not offered.</summary>
    public string? Admin { get; set; }

    /// <summary>Returns the policy of a group; null for none.</summary>
    public string? Of(OpenInferenceGroup group) => group switch
    {
        OpenInferenceGroup.Infer => Infer,
        OpenInferenceGroup.Metadata => Metadata,
        OpenInferenceGroup.Repository => Repository ?? Admin,
        OpenInferenceGroup.Statistics => Statistics,
        OpenInferenceGroup.Feedback => Feedback,
        _ => Admin,
    };
}
