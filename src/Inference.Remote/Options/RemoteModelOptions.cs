using System.ComponentModel.DataAnnotations;

namespace Inference.Remote;

/// <summary>Options of a remote model. Named by model; read when the model is opened.</summary>
public sealed class RemoteModelOptions : IValidatableObject
{
    /// <summary>The addresses of the servers, such as <c>http://ranker-1:8000</c>: one or more, all of which serve the same model. A path is a prefix of the protocol's paths (REST only).</summary>
    public IList<Uri> Endpoints { get; } = [];

    /// <summary>The name of the model on the servers; null, the default, for the name under which it is registered.</summary>
    public string? Model { get; set; }

    /// <summary>The version to call; null, the default: the servers choose.</summary>
    public string? Version { get; set; }

    /// <summary>How servers are called; <see cref="RemoteProtocol.Rest"/> by default.</summary>
    public RemoteProtocol Protocol { get; set; }

    /// <summary>The maximum time of a call with all its attempts, 1 ms to 1 day; the default is 30 s. A call's own deadline applies if it is earlier.</summary>
    [DurationRange("00:00:00.001", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The maximum time to establish a connection, 1 ms to 10 min; the default is 5 s.</summary>
    [DurationRange("00:00:00.001", "00:10:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of attempts of a call, 1 to 10; the default is 3. A call is attempted again only if the model did not run: the connection failed, or the server refused the call because of its load.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The time after which a call without an answer is also sent to another endpoint; the first answer counts and the other call is cancelled. 0.1 ms to 10 min; null, the default: never. The model may then run twice for a call.</summary>
    [DurationRange("00:00:00.0001", "00:10:00")]
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>The number of consecutive failures after which an endpoint is not called for <see cref="EjectionTime"/>, 1 to 1,000; the default is 3.</summary>
    [Range(1, 1000)]
    public int EjectAfter { get; set; } = 3;

    /// <summary>The time for which an endpoint is not called after failures, 10 ms to 1 h; the default is 5 s. It doubles with each further failure, up to 16 times. If all endpoints are ejected, they are called all the same.</summary>
    [DurationRange("00:00:00.010", "01:00:00")]
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum size of a response, 1 KiB to 2 GiB − 1; the default is 64 MiB. A larger one fails the call.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxResponseBytes { get; set; } = 64 << 20;

    /// <summary>The size above which the body of a request is compressed with gzip, in bytes, 0 or more; null, the default: never. REST only.</summary>
    [Range(0, int.MaxValue)]
    public int? CompressAbove { get; set; }

    /// <summary>Headers sent with each request, such as an API key. Empty by default.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the value of the header <c>Authorization</c> for a request, such as <c>Bearer …</c>, or null for none; called for each attempt. Null by default. Must be thread-safe.</summary>
    public Func<CancellationToken, ValueTask<string?>>? Authorization { get; set; }

    /// <summary>Changes the HTTP handler, such as its certificates, proxy or pool; called once. Null by default.</summary>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; set; }

    /// <summary>Creates the HTTP handler that is used instead of a <see cref="SocketsHttpHandler"/>, such as a test server's; disposed with the runner. Null by default.</summary>
    public Func<HttpMessageHandler>? CreateHandler { get; set; }

    /// <summary>Whether each output row depends only on the same row of the inputs, as known by the user; batching and row caching ask for it. Null, the default: what the server states, otherwise false.</summary>
    public bool? AssertRowIndependent { get; set; }

    /// <summary>Whether equal inputs give equal outputs; caching asks for it. Null, the default: what the server states, otherwise true.</summary>
    public bool? Deterministic { get; set; }

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Endpoints.Count == 0)
        {
            yield return new ValidationResult("Endpoints: expected at least one address, got none. Add one, such as http://localhost:8000.", [nameof(Endpoints)]);
        }

        foreach (Uri endpoint in Endpoints)
        {
            if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
            {
                yield return new ValidationResult($"Endpoints: expected addresses that begin with http:// or https://, got '{endpoint}'.", [nameof(Endpoints)]);
            }
        }

        if (!Enum.IsDefined(Protocol))
        {
            yield return new ValidationResult($"Protocol: expected {string.Join(", ", Enum.GetNames<RemoteProtocol>())}, got {(int)Protocol}.", [nameof(Protocol)]);
        }
    }
}
