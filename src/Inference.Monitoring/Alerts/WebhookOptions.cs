using System.ComponentModel.DataAnnotations;
using System.Net.Http.Headers;
using Inference.Monitoring.Alerts;

namespace Inference.Monitoring;

/// <summary>Where alerts are posted to, and how often it is tried. Header values, the signing key and everything of the URL but its host are secrets: they are never logged.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    /// <summary>The absolute http or https URL; null, the default: nothing is posted.</summary>
    public Uri? Url { get; set; }

    /// <summary>Further request headers, such as Authorization; at most 32.</summary>
    [MostItems(32)]
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The key of the header <c>X-Inference-Signature: sha256=</c> HMAC-SHA-256 of the body in lower-case hexadecimal, 16 to 1,024 characters; null, the default: no such header.</summary>
    [StringLength(1024, MinimumLength = 16)]
    public string? SigningKey { get; set; }

    /// <summary>The name of the client that is asked of a registered <see cref="IHttpClientFactory"/>.</summary>
    [Required]
    public string HttpClientName { get; set; } = "Inference.Monitoring";

    /// <summary>How long one attempt may take, 0.1 s to 5 minutes; the default is 10 s.</summary>
    [DurationRange("00:00:00.1000000", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a request is tried, 1 to 20; the default is 6.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 6;

    /// <summary>The pause before the second attempt, 0.01 s to 1 h; the default is 1 s. It doubles from attempt to attempt; each pause is 50 to 100 % of that, at random.</summary>
    [DurationRange("00:00:00.0100000", "01:00:00")]
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, also of one that the server asks for, 0.01 s to 1 h; the default is 1 minute.</summary>
    [DurationRange("00:00:00.0100000", "01:00:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long alerts are collected before they are posted together, 0 to 1 h; the default is 10 s. Of one model the last one is posted.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan GroupWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many alerts wait at most, 1 to 65,536; the default is 256. Beyond, the oldest are dropped.</summary>
    [Range(1, 65_536)]
    public int QueueCapacity { get; set; } = 256;

    /// <summary>Validates the URL and the headers.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Url is { } url && (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.UserInfo.Length > 0))
        {
            yield return new ValidationResult("Webhook.Url: expected an absolute http or https URL without a user name, got another one. Correct the URL; credentials belong in Headers.", [nameof(Url)]);
        }

        using var request = new HttpRequestMessage();
        foreach ((string name, string value) in Headers)
        {
            if (!IsHeader(request.Headers, name, value))
            {
                yield return new ValidationResult($"Webhook.Headers: expected a request header of one line, got '{name}' with a value that is not valid for it, or a header of the content. Correct or remove it.", [nameof(Headers)]);
            }
        }
    }

    private static bool IsHeader(HttpRequestHeaders headers, string name, string value)
    {
        try
        {
            return value is not null && !value.AsSpan().ContainsAny('\r', '\n', '\0') && headers.TryAddWithoutValidation(name, value);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
