using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Monitoring.Alerts;

namespace Inference.Monitoring.Retraining;

/// <summary>Tells a webhook of a bundle: one POST of JSON, tried again as alerts are.</summary>
internal static class RetrainingPost
{
    /// <summary>Posts it.</summary>
    /// <returns>Why it failed; null if it did not. Names neither headers nor the path of the URL.</returns>
    public static async Task<string?> SendAsync(WebhookOptions options, WebhookClients clients, BundleNotice notice, TimeProvider clock, CancellationToken cancellationToken)
    {
        Uri url = options.Url!;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(notice, RetrainingJson.Default.BundleNotice);
        for (int attempt = 1; ; attempt++)
        {
            (bool done, string? reason) = await TryAsync(options, clients, url, body, clock, cancellationToken).ConfigureAwait(false);
            if (done || attempt >= options.MaxAttempts)
            {
                return reason is null ? null : string.Create(CultureInfo.InvariantCulture, $"the webhook at {url.Host} did not take the bundle in {attempt} attempts: {reason}");
            }

            await Task.Delay(WebhookAlertSink.Pause(options, attempt, null, Random.Shared.NextDouble()), clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<(bool Done, string? Reason)> TryAsync(WebhookOptions options, WebhookClients clients, Uri url, byte[] body, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using HttpClient client = clients.Create(options.HttpClientName);
            using HttpRequestMessage request = Request(options, url, body);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? (true, null) : (!WebhookAlertSink.IsTransient(response.StatusCode), string.Create(CultureInfo.InvariantCulture, $"status {status}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, string.Create(CultureInfo.InvariantCulture, $"no answer within {options.Timeout}"));
        }
        catch (HttpRequestException exception)
        {
            return (false, exception.HttpRequestError.ToString());
        }
        catch (IOException exception)
        {
            return (false, exception.GetType().Name);
        }
    }

    private static HttpRequestMessage Request(WebhookOptions options, Uri url, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        foreach ((string name, string value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (options.SigningKey is { } key)
        {
            request.Headers.TryAddWithoutValidation("X-Inference-Signature", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), body))}");
        }

        return request;
    }
}
