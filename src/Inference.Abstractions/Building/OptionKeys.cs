using Microsoft.Extensions.Configuration;

namespace Inference;

/// <summary>The keys that a section of the configuration may have, at any depth: a value, a list, a map with free keys, or an object with named keys. Immutable.</summary>
/// <remarks>Written out for each class of options, so that a misspelt key is found without reflection. Names are compared without case, as the configuration compares them.</remarks>
public sealed class OptionKeys
{
    private readonly Dictionary<string, OptionKeys>? _named;
    private readonly OptionKeys? _element;

    private OptionKeys(Dictionary<string, OptionKeys>? named, OptionKeys? element, bool isList)
    {
        _named = named;
        _element = element;
        IsList = isList;
    }

    /// <summary>One value, such as a number or a text.</summary>
    public static OptionKeys Value { get; } = new(null, null, isList: false);

    /// <summary>The names of an object's keys; empty if this is not an object.</summary>
    public IReadOnlyCollection<string> Names => _named is null ? [] : _named.Keys;

    /// <summary>What the elements of a list or map may be; null if this is neither.</summary>
    public OptionKeys? Element => _element;

    /// <summary>Whether this is a list.</summary>
    public bool IsList { get; }

    /// <summary>The keys below a name; null if there is no such name.</summary>
    /// <param name="name">The name.</param>
    public OptionKeys? this[string name] => _named?.GetValueOrDefault(name);

    /// <summary>An object whose keys are values.</summary>
    /// <param name="names">The names of the keys.</param>
    public static OptionKeys Of(params ReadOnlySpan<string> names)
    {
        var named = new Dictionary<string, OptionKeys>(names.Length, StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            named.Add(name, Value);
        }

        return new(named, null, isList: false);
    }

    /// <summary>A list.</summary>
    /// <param name="element">What an element may be.</param>
    public static OptionKeys ListOf(OptionKeys element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new(null, element, isList: true);
    }

    /// <summary>An object with free keys.</summary>
    /// <param name="element">What the value of a key may be.</param>
    public static OptionKeys MapOf(OptionKeys element)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new(null, element, isList: false);
    }

    /// <summary>Adds a key to an object.</summary>
    /// <param name="name">The name of the key.</param>
    /// <param name="keys">What is below it.</param>
    /// <returns>A new object.</returns>
    public OptionKeys With(string name, OptionKeys keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(keys);
        return new(new Dictionary<string, OptionKeys>(_named ?? [], StringComparer.OrdinalIgnoreCase) { [name] = keys }, null, isList: false);
    }

    /// <summary>Checks that a section has no other keys, and that values and objects are where they are expected.</summary>
    /// <param name="section">The section.</param>
    /// <exception cref="ModelConfigurationException">It has; the message names the path of the key and the nearest known name.</exception>
    public void Check(IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (_named is null && _element is null)
        {
            if (section.GetChildren().Any())
            {
                throw new ModelConfigurationException(section.Path, "expected one value, got a list or an object. Write the value itself.");
            }

            return;
        }

        // An empty list or object is read as an empty value.
        if (section.Value is { Length: > 0 } value)
        {
            throw new ModelConfigurationException(section.Path, $"expected {(IsList ? "a list" : "an object")}, got the value '{value}'. Write {(IsList ? $"[ \"{value}\" ]" : "its keys in braces")}.");
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            (_element ?? this[child.Key] ?? throw Unknown(child)).Check(child);
        }
    }

    /// <summary>The error for a key that is none of these.</summary>
    /// <param name="child">The key.</param>
    public ModelConfigurationException Unknown(IConfigurationSection child)
    {
        ArgumentNullException.ThrowIfNull(child);
        return new(child.Path, NearestName.Among(Names, child.Key) is { } nearest
            ? $"expected a known key, got '{child.Key}'. Did you mean '{nearest}'?"
            : $"expected a known key, got '{child.Key}'. Remove it; known here: {string.Join(", ", Names.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Whether a key is close enough to a known name to be a misspelling of it.</summary>
    internal bool IsMisspelt(string key) => NearestName.Among(Names, key) is not null;
}
