using System.Security.Cryptography;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Profiles;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring;

/// <summary>
/// What a model's inputs and outputs look like when all is well: columns with their cells, and the counts of the reference rows. Made by <see cref="ReferenceProfileBuilder"/>. Immutable; thread-safe.
/// </summary>
/// <remarks>The file format is binary, versioned and sealed by a checksum; it depends on nothing but the rows, so that equal rows give equal files.</remarks>
public sealed class ReferenceProfile
{
    internal ReferenceProfile(ProfileIdentity identity, WindowLayout layout, MonitoringWindow reference, IReadOnlyList<ColumnFacts> facts, SeasonReferences? seasons = null)
    {
        Seasons = seasons;
        Identity = identity;
        WindowLayout = layout;
        Reference = reference;
        Columns = [.. layout.Columns.Select((definition, place) => new ReferenceColumn(definition, facts[place], reference, place))];
        Digest = Convert.ToHexStringLower(SHA256.HashData(ToArray()));
    }

    /// <summary>The version of the file format that this release writes and reads.</summary>
    public static int FormatVersion => ProfileCodec.Version;

    /// <summary>The name of the model; empty if the profile is not of a model.</summary>
    public string ModelName => Identity.ModelName;

    /// <summary>The version of the model; empty for none.</summary>
    public string ModelVersion => Identity.ModelVersion;

    /// <summary>The digest of the model, <see cref="ModelInfo.Digest"/>; empty if the profile is not of a model.</summary>
    public string ModelDigest => Identity.ModelDigest;

    /// <summary>Where the rows came from; empty if that was not stated.</summary>
    public string Source => Identity.Source;

    /// <summary>The number of rows of the reference.</summary>
    public long Rows => Reference.Rows;

    /// <summary>The columns.</summary>
    public IReadOnlyList<ReferenceColumn> Columns { get; }

    /// <summary>The name of the column whose values are segments; null for none.</summary>
    public string? SegmentColumn => WindowLayout.SegmentColumn < 0 ? null : Columns[WindowLayout.SegmentColumn].Name;

    /// <summary>The values of that column that are segments, at most 16: segment s of a window is the s-th, from 1.</summary>
    public IReadOnlyList<string> Segments => WindowLayout.SegmentColumn < 0 ? [] : [.. Columns[WindowLayout.SegmentColumn].Categories.Take(WindowLayout.Segments)];

    /// <summary>The classes of the labels, in the order of the classifier's outputs; empty if there were no labels, or if they are numbers.</summary>
    public IReadOnlyList<string> LabelClasses => Identity.LabelClasses;

    /// <summary>The number of reference rows of each label class.</summary>
    public IReadOnlyList<long> LabelCounts => Identity.LabelCounts;

    /// <summary>The cycle of time by which rows are compared with a reference of their own; none if there is one reference.</summary>
    public ProfileSeason Season => Seasons?.Clock.Season ?? ProfileSeason.None;

    /// <summary>The id of the time zone of the seasons; empty for UTC.</summary>
    public string SeasonTimeZone => Seasons?.Clock.TimeZone ?? "";

    /// <summary>The column of files that holds the times of rows; empty for none.</summary>
    public string TimeColumn => Seasons?.TimeColumn ?? "";

    /// <summary>Returns the season of a time, from 0; −1 for a profile without seasons.</summary>
    /// <param name="time">The time.</param>
    public int SeasonOf(DateTimeOffset time) => Seasons?.Clock.SeasonOf(time) ?? -1;

    /// <summary>What the profile cannot do as it was asked to, a sentence each: seasons with too few rows.</summary>
    public IReadOnlyList<string> Notes => [.. Seasons?.Notes() ?? []];

    /// <summary>SHA-256 over the profile's file, in lower-case hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>The digest of columns and cells alone: windows of profiles with equal ones merge.</summary>
    public string LayoutDigest => WindowLayout.Digest;

    /// <summary>The counts of the reference rows; do not change it.</summary>
    public MonitoringWindow Reference { get; }

    internal ProfileIdentity Identity { get; }

    internal WindowLayout WindowLayout { get; }

    internal SeasonReferences? Seasons { get; }

    /// <summary>Reads a profile from a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MonitoringException">The file cannot be read, is not a profile, is damaged, or has another format version.</exception>
    public static ReferenceProfile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ProfileCodec.Read($"Profile '{path}'", ReadFile(path));
    }

    /// <summary>Reads a profile from a file whose digest is known, such as by a version's manifest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sha256">The SHA-256 of the file, hexadecimal, in either case, optionally prefixed by <c>sha256:</c>; empty for any.</param>
    /// <exception cref="MonitoringException">The file cannot be read, has another digest, is not a profile, is damaged, or has another format version.</exception>
    public static ReferenceProfile Load(string path, string sha256)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(sha256);
        byte[] bytes = ReadFile(path);
        string expected = sha256.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? sha256[7..] : sha256, found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return expected.Length == 0 || string.Equals(expected, found, StringComparison.OrdinalIgnoreCase)
            ? ProfileCodec.Read($"Profile '{path}'", bytes)
            : throw new MonitoringException($"Profile '{path}': expected SHA-256 {expected}, got {found}. The file was replaced or is damaged; publish it again with its digest.");
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Profile '{path}': expected a readable file, got: {exception.Message} Check the path.", exception);
        }
    }

    /// <summary>Reads a profile.</summary>
    /// <param name="bytes">What <see cref="ToArray"/> returned.</param>
    /// <exception cref="MonitoringException">The bytes are not a profile, are damaged, or have another format version.</exception>
    public static ReferenceProfile Parse(ReadOnlySpan<byte> bytes) => ProfileCodec.Read("Profile", bytes);

    /// <summary>Returns the profile as bytes.</summary>
    public byte[] ToArray() => ProfileCodec.Write(this);

    /// <summary>Writes the profile to a file, which is replaced as a whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MonitoringException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Records.SafeFile.Write($"Profile '{path}'", path, ToArray());
    }

    /// <summary>Returns the columns as JSON, to be read by people, and edited: <see cref="WithRules"/> takes the rules back, <see cref="ReferenceProfileOptions.Parse"/> everything that can be stated.</summary>
    public string ToJson() => ProfileJson.Write(this);

    /// <summary>Returns the profile with rules and titles from JSON, such as what <see cref="ToJson"/> wrote; columns that it does not name keep theirs.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="MonitoringException">The text is not valid, names a column that does not exist, or states another kind or side, for which a profile must be made anew.</exception>
    public ReferenceProfile WithRules(string json)
    {
        ReferenceProfileOptions options = ReferenceProfileOptions.Parse(json);
        foreach ((string name, ColumnOptions stated) in options.Columns)
        {
            if (!Columns.Any(c => c.Name == name || c.Tensor == name))
            {
                throw new MonitoringException($"Profile: it has no column '{name}'. Correct the name.");
            }

            if (Columns.Where(c => c.Name == name || c.Tensor == name).Any(c => stated.Exclude || (stated.Kind ?? c.Kind) != c.Kind || (stated.Side ?? c.Side) != c.Side))
            {
                throw new MonitoringException($"Profile, column '{name}': its kind or side, or whether it is there, cannot change without the rows. Make the profile anew with these columns.");
            }
        }

        foreach (ReferenceColumn column in Columns)
        {
            options.Find(column.Name, column.Tensor)?.Rules?.RequireRange(column.Name, column.Facts);
        }

        return With([.. Columns.Select(c => options.Find(c.Name, c.Tensor) is { } stated
            ? c.Facts with { Rules = stated.Rules ?? c.Rules, Title = stated.Titles.Count == 1 ? stated.Titles[0] : c.Title }
            : c.Facts)]);
    }

    /// <summary>Returns an empty window for this profile's columns.</summary>
    public MonitoringWindow CreateWindow() => new(WindowLayout);

    /// <summary>Reads a window of this profile's columns.</summary>
    /// <param name="bytes">What <see cref="MonitoringWindow.ToArray"/> returned.</param>
    /// <exception cref="MonitoringException">The bytes are not a window, are damaged, or belong to other columns.</exception>
    public MonitoringWindow ReadWindow(ReadOnlySpan<byte> bytes) => WindowCodec.Read("Window", bytes, WindowLayout);

    /// <summary>Returns the column with the given name; null if there is none.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    public ReferenceColumn? FindColumn(string name) => Columns.FirstOrDefault(c => c.Name == name);

    internal ReferenceProfile With(IReadOnlyList<ColumnFacts> facts) => new(Identity, WindowLayout, Reference, facts, Seasons);

    /// <summary>The profile whose reference is that of rows of several seasons.</summary>
    /// <param name="rows">The rows of each season.</param>
    internal ReferenceProfile ForSeasons(ReadOnlySpan<long> rows) => new(Identity, WindowLayout, Seasons!.Mix(rows, Reference), [.. Columns.Select(static c => c.Facts)]);
}
