using System.Text.Json;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Dashboard;

/// <summary>What somebody asks to be done, as a page sends it.</summary>
internal sealed record ActionRequest
{
    /// <summary>Why; mandatory.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The version concerned; null for none.</summary>
    public string? Version { get; private set; }

    /// <summary>What the page said would be replaced, rolled back or frozen: <c>default V</c> or <c>canary V</c>; null if it said nothing.</summary>
    public string? Expect { get; private set; }

    /// <summary>The label; null for none.</summary>
    public string? Label { get; private set; }

    /// <summary>The share of calls, 0 to 100; null for none.</summary>
    public double? Percent { get; private set; }

    /// <summary>How long, in minutes; null for none.</summary>
    public double? Minutes { get; private set; }

    /// <exception cref="RequestFault">The body is not such an object.</exception>
    public static ActionRequest Read(ReadOnlySpan<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                RequestFault.Throw("The body: expected an object.");
            }

            return new ActionRequest
            {
                Reason = Text(root, "reason") ?? "",
                Version = Text(root, "version"),
                Expect = Text(root, "expect"),
                Label = Text(root, "label"),
                Percent = Number(root, "percent", 100),
                Minutes = Number(root, "minutes", 60 * 24 * 30),
            };
        }
        catch (JsonException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"The body is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, "The body is not valid JSON: a text has half of a surrogate pair.", exception);
        }
    }

    /// <exception cref="RequestFault">There is none.</exception>
    public string RequireVersion() => Version is { Length: > 0 } version ? version : throw new RequestFault(FaultKind.InvalidArgument, "Field 'version': expected a version, got none.");

    /// <exception cref="RequestFault">There is none.</exception>
    public string RequireLabel() => Label is { Length: > 0 } label ? label : throw new RequestFault(FaultKind.InvalidArgument, "Field 'label': expected a label, got none.");

    private static string? Text(JsonElement root, string name) => !root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new RequestFault(FaultKind.InvalidArgument, $"Field '{name}': expected a text.");

    private static double? Number(JsonElement root, string name, double largest) => !root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= 0 && number <= largest ? number
        : throw new RequestFault(FaultKind.InvalidArgument, $"Field '{name}': expected a number from 0 to {largest}.");
}
