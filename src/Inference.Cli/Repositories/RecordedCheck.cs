using System.Text.Json;
using Inference.Versioning;

namespace Inference.Cli.Repositories;

/// <summary>The command that repeats the check whose verdict is in the manifest of a version.</summary>
internal static class RecordedCheck
{
    // Members of the verdict's options, with the options of the command that set them.
    private static readonly (string Member, string Option)[] s_options =
    [
        ("metric", "--metric"), ("labels", "--labels"), ("output", "--output-name"), ("maxDrop", "--max-drop"), ("slices", "--slices"), ("maxGapGrowth", "--max-gap-growth"), ("maxLatencyRatio", "--max-p95-ratio"),
        ("maxBytes", "--max-bytes"), ("sameSignature", "--same-signature"),
    ];

    /// <summary>Returns the command, quoted for a shell. Rows are named as the verdict names them, keys, profiles and schemas by the files that the check read; the baseline is the version with its digest, if there is one.</summary>
    /// <param name="repository">The model's folder.</param>
    /// <param name="version">The version.</param>
    /// <param name="versions">All versions.</param>
    /// <exception cref="InferenceException">The version's manifest has no verdict, or one without what a command needs.</exception>
    public static string CommandOf(string repository, string version, IReadOnlyList<VersionRecord> versions)
    {
        VersionRecord record = versions.FirstOrDefault(v => v.Version == version) ?? throw new InferenceException($"'{repository}': expected one of the versions {string.Join(", ", versions.Select(static v => v.Version))}. Check the version.");
        if (record.Lineage?.Check is not { } check || Text(Member(check, "data"), "name") is not { } data || Member(check, "options") is not { ValueKind: JsonValueKind.Object } options)
        {
            throw new InferenceException($"'{repository}', version '{record.Version}': expected a manifest with a check's verdict that tells its data and options, found none. Publish it with --check.");
        }

        List<string> words = ["inference", "check", Path.Combine(repository, record.Version)];
        if (Member(check, "baseline") is { } baseline && Text(baseline, "name") is { } name)
        {
            string? digest = Text(baseline, "digest");
            string? known = versions.FirstOrDefault(v => digest is not null && v.Digest == $"sha256:{digest}")?.Version;
            words.AddRange(["--against", known is null ? name : Path.Combine(repository, known)]);
        }

        words.AddRange(["--data", data]);
        foreach ((string member, string option) in s_options)
        {
            Add(words, option, Member(options, member));
        }

        if (Member(options, "slices") is { ValueKind: JsonValueKind.Array } slices && slices.GetArrayLength() > 0)
        {
            Add(words, "--max-slice-drop", Member(options, "maxSliceDrop"));
        }

        if (Member(check, "rules") is { ValueKind: JsonValueKind.Array } rules && rules.EnumerateArray().Any(static rule => Text(rule, "rule") == "scan"))
        {
            words.Add("--scan");
        }

        Add(words, "--signed", Member(check, "keyFile"));
        Add(words, "--profile", Member(check, "profileFile"));
        Add(words, "--schema", Member(check, "schemaFile"));
        Add(words, "--seed", Member(check, "seed"));
        return string.Join(' ', words.Select(Quoted));
    }

    private static void Add(List<string> words, string option, JsonElement? value)
    {
        string? text = value switch
        {
            { ValueKind: JsonValueKind.String } word => word.GetString(),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => string.Join(',', list.EnumerateArray().Select(static item => item.ToString())),
            _ => null,
        };
        if (text is not null)
        {
            // In one word, so that no value is read as an option.
            words.Add($"{option}={text}");
        }
        else if (value is { ValueKind: JsonValueKind.True })
        {
            words.Add(option);
        }
    }

    private static JsonElement? Member(JsonElement? element, string name) => element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string? Text(JsonElement? element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // Manifests are written by others: nothing in them may be run or reach a terminal as a command.
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=' or ',' or ':' or '%' or '+') ? word
        : word.All(static c => !char.IsControl(c) && char.GetUnicodeCategory(c) is not System.Globalization.UnicodeCategory.Format) ? $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"
        : throw new InferenceException("The verdict of the check has a text with control characters: expected names of files and columns.");
}
