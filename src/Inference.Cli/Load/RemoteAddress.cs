using Inference.Cli.Running;
using Inference.Remote;

namespace Inference.Cli.Load;

/// <summary>The address of a model on a server.</summary>
internal sealed record RemoteAddress(Uri Endpoint, string Model, string? Version, RemoteProtocol Protocol)
{
    /// <summary>Parses an address; null if the text is not one.</summary>
    /// <exception cref="UsageException">It names no model, or has a path of another form.</exception>
    public static RemoteAddress? TryParse(string text, string? model)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https" or "grpc" or "grpcs"))
        {
            throw new UsageException($"expected an address that begins with http://, https://, grpc:// or grpcs://, got '{text}'.");
        }

        bool grpc = uri.Scheme.StartsWith("grpc", StringComparison.Ordinal);
        string[] path = [.. uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        int models = Array.IndexOf(path, "models");
        string[] named = grpc && models < 0 ? path : models > 0 && path[models - 1] == "v2" ? path[(models + 1)..] : [];
        named = named is [.., "infer"] ? named[..^1] : named;
        (string? name, string? version) = named switch
        {
            [] => (model, null),
            [var only] => (only, null),
            [var first, "versions", var last] => (first, last),
            _ => throw new UsageException($"expected an address such as http://host:8000/v2/models/NAME or grpc://host:8001/NAME, got '{text}'."),
        };
        if (name is null)
        {
            throw new UsageException($"'{text}' names no model: expected http://host:8000/v2/models/NAME, or --model NAME.");
        }

        string prefix = grpc || models < 1 ? "" : string.Concat(path[..(models - 1)].Select(p => "/" + Uri.EscapeDataString(p)));
        string scheme = uri.Scheme switch { "grpc" => "http", "grpcs" => "https", var other => other };
        return new(new Uri($"{scheme}://{uri.Authority}{prefix}"), name, version, grpc ? RemoteProtocol.Grpc : RemoteProtocol.Rest);
    }
}
