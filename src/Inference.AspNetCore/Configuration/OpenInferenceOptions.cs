using System.ComponentModel.DataAnnotations;
using Inference.AspNetCore.Configuration;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore;

/// <summary>Options of the server. Read when the endpoints are mapped.</summary>
public sealed class OpenInferenceOptions
{
    /// <summary>The server's name in its metadata; the default is <c>inference</c>.</summary>
    [Required, StringLength(256, MinimumLength = 1)]
    public string ServerName { get; set; } = "inference";

    /// <summary>The models that are served, by the names of <c>AddModel</c>; empty, the default: all that are registered.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>Whether gRPC is mapped too; the default is true.</summary>
    public bool UseGrpc { get; set; } = true;

    /// <summary>What a request may ask.</summary>
    [ValidateObjectMembers(typeof(OpenInferenceLimitsValidator))]
    public OpenInferenceLimits Limits { get; } = new();

    /// <summary>The authorization policies of groups of requests.</summary>
    public OpenInferencePolicies Policies { get; } = new();

    /// <summary>Policies of models, by name: a policy that is set replaces that of <see cref="Policies"/> for requests to this model.</summary>
    public IDictionary<string, OpenInferencePolicies> ModelPolicies { get; } = new Dictionary<string, OpenInferencePolicies>(StringComparer.Ordinal);

    /// <summary>The time limit of a call that states none, 1 ms to 1 day; null, the default, for none.</summary>
    [DurationRange("00:00:00.0010000", "1.00:00:00")]
    public TimeSpan? DefaultTimeout { get; set; }

    /// <summary>The longest time limit that a call may state, 1 ms to 1 day; longer ones are shortened. Null, the default, for no bound.</summary>
    [DurationRange("00:00:00.0010000", "1.00:00:00")]
    public TimeSpan? MaxTimeout { get; set; }

    /// <summary>The request header with the call's time limit in milliseconds; the default is <c>Inference-Timeout-Ms</c>. Null: no header is read. The parameter <c>timeout</c> of a request (µs) and gRPC's deadline hold too: the earliest counts.</summary>
    public string? TimeoutHeader { get; set; } = "Inference-Timeout-Ms";

    /// <summary>The request header with the call's routing key (<see cref="RunContext.RoutingKey"/>); null, the default: no header is read.</summary>
    public string? RoutingKeyHeader { get; set; }

    /// <summary>The request header with the call's tenant (<see cref="RunContext.Tenant"/>); null, the default: no header is read. Set it only if a gateway that you trust writes the header.</summary>
    public string? TenantHeader { get; set; }

    /// <summary>The request header with the subject of the call (<see cref="RunContext.Subject"/>); null, the default: no header is read.</summary>
    public string? SubjectHeader { get; set; }

    /// <summary>How long a client that was refused because the server is busy is told to wait, 0 s to 1 h; the default is 1 s. Sent as <c>Retry-After</c> (in whole seconds, rounded up) and <c>grpc-retry-pushback-ms</c>.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);
}
