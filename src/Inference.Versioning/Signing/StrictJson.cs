using System.Text.Json;

namespace Inference.Versioning.Signing;

/// <summary>Reads JSON of unknown origin: unknown, repeated and missing members, wrong kinds and text that is not canonical base64 are refused with the path of the member.</summary>
internal readonly struct StrictJson
{
    private readonly JsonElement _element;
    private readonly string _path;

    private StrictJson(JsonElement element, string path) => (_element, _path) = (element, path);

    /// <summary>Options for documents of unknown origin.</summary>
    /// <param name="depth">The maximum nesting.</param>
    public static JsonDocumentOptions Options(int depth) => new() { MaxDepth = depth, AllowDuplicateProperties = false };

    /// <summary>The root of a document.</summary>
    public static StrictJson Root(JsonDocument document, string path) => new StrictJson(document.RootElement, path).Object();

    /// <summary>The same element, which must be an object.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public StrictJson Object() => Of(JsonValueKind.Object, "an object");

    /// <summary>Requires that the object has no other members than these.</summary>
    /// <exception cref="FormatException">It has.</exception>
    public void Only(params ReadOnlySpan<string> names)
    {
        foreach (JsonProperty member in _element.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new FormatException($"{_path}: expected no other members than {string.Join(", ", names.ToArray().Select(n => $"'{n}'"))}, got '{Shorten(member.Name)}'");
            }
        }
    }

    /// <summary>A member; null if it is absent.</summary>
    public StrictJson? Find(string name) => _element.TryGetProperty(name, out JsonElement member) ? new StrictJson(member, $"{_path}.{name}") : null;

    /// <summary>A member that must be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public StrictJson Get(string name) => Find(name) ?? throw new FormatException($"{_path}: expected a member '{name}', found none");

    /// <summary>The items of an array.</summary>
    /// <param name="least">The minimum number.</param>
    /// <param name="most">The maximum number.</param>
    /// <exception cref="FormatException">It is not an array, or has fewer or more items.</exception>
    public IReadOnlyList<StrictJson> Items(int least, int most)
    {
        Of(JsonValueKind.Array, "an array");
        int count = _element.GetArrayLength();
        if (count < least || count > most)
        {
            throw new FormatException($"{_path}: expected {least} to {most} items, got {count}");
        }

        string path = _path;
        return [.. _element.EnumerateArray().Select((item, i) => new StrictJson(item, $"{path}[{i}]"))];
    }

    /// <summary>A string that is not empty.</summary>
    /// <exception cref="FormatException">It is not a string, or empty.</exception>
    public string Text(bool mayBeEmpty = false)
    {
        Of(JsonValueKind.String, "a string");
        string text;
        try
        {
            text = _element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException($"{_path}: expected valid Unicode, got {exception.Message}", exception);
        }

        return text.Length > 0 || mayBeEmpty ? text : throw new FormatException($"{_path}: expected text, got an empty string");
    }

    /// <summary>A string with this value.</summary>
    /// <exception cref="FormatException">It is another.</exception>
    public void Is(string expected)
    {
        string text = Text();
        if (text != expected)
        {
            throw new FormatException($"{_path}: expected '{expected}', got '{Shorten(text)}'");
        }
    }

    /// <summary>A boolean.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public bool Flag() => _element.ValueKind is JsonValueKind.True or JsonValueKind.False ? _element.GetBoolean() : throw Unexpected("true or false");

    /// <summary>The members of an object with strings.</summary>
    /// <exception cref="FormatException">It is not an object, or a member is not a string.</exception>
    public IReadOnlyDictionary<string, string> Texts()
    {
        Object();
        string path = _path;
        return _element.EnumerateObject().ToDictionary(m => m.Name, m => new StrictJson(m.Value, $"{path}.{Shorten(m.Name)}").Text(mayBeEmpty: true), StringComparer.Ordinal);
    }

    /// <summary>The members of an object with strings; null if it is not one.</summary>
    public IReadOnlyDictionary<string, string>? TryTexts() =>
        _element.ValueKind == JsonValueKind.Object && _element.EnumerateObject().All(static m => m.Value.ValueKind == JsonValueKind.String) ? Texts() : null;

    /// <summary>Bytes in base64, standard or for addresses, in the one form that encodes them: otherwise a changed bundle would equal the original.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public byte[] Bytes()
    {
        string text = Text();
        string standard = text.Replace('-', '+').Replace('_', '/');
        try
        {
            byte[] bytes = Convert.FromBase64String(standard);
            if (Convert.ToBase64String(bytes) == standard)
            {
                return bytes;
            }
        }
        catch (FormatException)
        {
            // Told below.
        }

        throw new FormatException($"{_path}: expected base64, got '{Shorten(text)}'");
    }

    /// <summary>Whether the element is null.</summary>
    public bool IsNull => _element.ValueKind == JsonValueKind.Null;

    /// <summary>An error about this element.</summary>
    public FormatException Unexpected(string expected) => new($"{_path}: expected {expected}, got {(_element.ValueKind == JsonValueKind.String ? $"'{Shorten(Text(mayBeEmpty: true))}'" : _element.ValueKind.ToString().ToLowerInvariant())}");

    private StrictJson Of(JsonValueKind kind, string what) => _element.ValueKind == kind ? this : throw Unexpected(what);

    private static string Shorten(string text) => text.Length <= 64 ? text : $"{text.AsSpan(0, 64)}…";
}
