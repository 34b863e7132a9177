using System.Reflection;
using Inference.Versioning.Audit;

namespace Inference.Versioning.Tests.Audit;

/// <summary>An option that decides which versions serve cannot change unnoticed.</summary>
public sealed class OptionsTextTests
{
    /// <summary>Where the state lives, how folders are watched, secrets, and the limits of shadow calls, whose outputs serve nobody.</summary>
    private static readonly HashSet<string> s_omitted =
    [
        "Watch", "PollInterval", "StateDirectory", "Audit.SigningKey", "Audit.SigningKeyFile", "Audit.Passphrase",
        "Shadow.MaxInFlight", "Shadow.MaxBytes", "Shadow.RelativeTolerance", "Shadow.AbsoluteTolerance", "Shadow.Timeout",
    ];

    public static TheoryData<string> Options()
    {
        var names = new TheoryData<string>();
        foreach ((string name, _, _) in Settable(new VersioningOptions()))
        {
            names.Add(name);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Changes_OneOption_NamesItUnlessOmitted(string name)
    {
        var options = new VersioningOptions();
        (_, object owner, PropertyInfo property) = Settable(options).Single(o => o.Name == name);
        property.SetValue(owner, Other(property.GetValue(owner), property.PropertyType));
        string changes = OptionsText.Changes(new VersioningOptions(), options);
        if (s_omitted.Contains(name))
        {
            Assert.Empty(changes);
        }
        else
        {
            Assert.StartsWith($"{name}: ", changes, StringComparison.Ordinal);
            Assert.NotEqual(OptionsText.Hash(new VersioningOptions()), OptionsText.Hash(options));
        }
    }

    private static IEnumerable<(string Name, object Owner, PropertyInfo Property)> Settable(VersioningOptions options)
    {
        foreach ((string prefix, object owner) in new (string, object)[] { ("", options), ("Audit.", options.Audit), ("Canary.", options.Canary), ("Shadow.", options.Shadow), ("Signing.", options.Signing) })
        {
            foreach (PropertyInfo property in owner.GetType().GetProperties().Where(p => p.SetMethod is { IsPublic: true }))
            {
                yield return (prefix + property.Name, owner, property);
            }
        }
    }

    private static object Other(object? value, Type type) => value switch
    {
        bool flag => !flag,
        int number => number + 1,
        long number => number + 1,
        double number => number + 0.5,
        TimeSpan span => span + TimeSpan.FromSeconds(1),
        Enum choice => Enum.GetValues(choice.GetType()).Cast<object>().First(v => !v.Equals(choice)),
        null when type == typeof(string) => "other",
        null when Nullable.GetUnderlyingType(type) is { } inner => Convert.ChangeType(7, inner, null),
        _ => throw new NotSupportedException($"An option of type {type}: say here how to change it."),
    };
}
