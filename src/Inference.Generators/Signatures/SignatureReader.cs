using Microsoft.CodeAnalysis;

namespace Inference.Generators.Signatures;

/// <summary>Reads the files that the build writes.</summary>
internal static class SignatureReader
{
    /// <summary>The suffix of signature file names.</summary>
    public const string Extension = ".signature.json";

    private const long Format = 1;

    public static Signature Read(AdditionalText file, CancellationToken cancellationToken)
    {
        string text = file.GetText(cancellationToken)?.ToString() ?? "";
        try
        {
            Dictionary<string, object?> root = Require<Dictionary<string, object?>>(new JsonText(text).Read());
            return Require<long>(root["format"]) == Format
                ? new(file.Path, Signature.Normalize(Require<string>(root["model"])), Ports(root["inputs"]), Ports(root["outputs"]), null)
                : Failed(file, $"it has format {root["format"]}, expected {Format}");
        }
        catch (Exception exception) when (exception is FormatException or KeyNotFoundException)
        {
            return Failed(file, exception.Message.TrimEnd('.'));
        }
    }

    private static Signature Failed(AdditionalText file, string error) => new(file.Path, "", default, default, error);

    private static EquatableArray<Port> Ports(object? list) => new(Require<List<object?>>(list).Select(static item =>
    {
        Dictionary<string, object?> port = Require<Dictionary<string, object?>>(item);
        return new Port(Require<string>(port["name"]), Type(port["type"]), port.TryGetValue("optional", out object? optional) && optional is true);
    }));

    private static PortType? Type(object? item)
    {
        if (item is null)
        {
            return null;
        }

        Dictionary<string, object?> type = Require<Dictionary<string, object?>>(item);
        return new(Require<string>(type["kind"]), Text(type, "elements"), Shape(type), Text(type, "key"), type.TryGetValue("element", out object? element) ? Type(element) : null);
    }

    private static EquatableArray<Dimension>? Shape(Dictionary<string, object?> type) => type.TryGetValue("shape", out object? shape)
        ? new(Require<List<object?>>(shape).Select(static item => item is long size ? new Dimension(size, null) : new Dimension(null, item as string)))
        : null;

    private static string Text(Dictionary<string, object?> item, string name) => item.TryGetValue(name, out object? text) ? Require<string>(text) : "";

    private static T Require<T>(object? value) => value is T wanted ? wanted : throw new FormatException($"expected {typeof(T).Name}, got '{value}'");
}
