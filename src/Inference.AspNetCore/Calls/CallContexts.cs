using System.Globalization;
using Inference.AspNetCore.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference.AspNetCore.Calls;

/// <summary>Makes the context of a call from its HTTP request.</summary>
internal sealed class CallContexts(IOptions<OpenInferenceOptions> options, TimeProvider clock)
{
    private readonly OpenInferenceOptions _options = options.Value;

    /// <summary>The context of a call.</summary>
    /// <param name="http">The request.</param>
    /// <param name="parameters">The parameters of the request; null for none.</param>
    /// <param name="deadline">The deadline that the transport states; null for none.</param>
    /// <exception cref="RequestFault">A header is not valid.</exception>
    public RunContext Of(HttpContext http, CallParameters? parameters, DateTimeOffset? deadline)
    {
        TimeSpan? limit = Header(http, _options.TimeoutHeader) is { } text ? Timeout(text) : null;
        if (parameters is { TimeoutMicroseconds: > 0 } stated)
        {
            // Longer than a day is no limit that a clock here could tell from none; the bound avoids an overflow.
            var microseconds = TimeSpan.FromMicroseconds(Math.Min(stated.TimeoutMicroseconds, 86_400_000_000UL * 365));
            limit = limit is { } header && header < microseconds ? header : microseconds;
        }

        if (limit is null && deadline is null)
        {
            limit = _options.DefaultTimeout;
        }

        if (_options.MaxTimeout is { } longest && (limit is null || limit > longest) && (limit is not null || deadline is not null))
        {
            limit = longest;
        }

        if (limit is { } span && clock.GetUtcNow() + span is var end && (deadline is null || end < deadline))
        {
            deadline = end;
        }

        return new RunContext
        {
            Deadline = deadline,
            Priority = parameters?.Priority switch
            {
                1 => RunPriority.High,
                null or 0 or 2 => RunPriority.Normal,
                _ => RunPriority.Low,
            },
            RoutingKey = Header(http, _options.RoutingKeyHeader),
            Sequence = parameters?.Sequence(),
            Tenant = Header(http, _options.TenantHeader),
            Subject = Header(http, _options.SubjectHeader),
        };
    }

    private static string? Header(HttpContext http, string? name) => name is not null && http.Request.Headers.TryGetValue(name, out StringValues values) && values.Count > 0 ? values[0] : null;

    private TimeSpan Timeout(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds) && milliseconds is > 0 and < 86_400_000d * 365
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new RequestFault(FaultKind.InvalidArgument, $"Header '{_options.TimeoutHeader}': expected a time limit in milliseconds above 0, got '{text}'.");
}
