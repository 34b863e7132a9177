using Inference.Monitoring.Profiles;

namespace Inference.Monitoring;

/// <summary>How a reference profile is made.</summary>
public sealed record ReferenceProfileOptions
{
    /// <summary>What is stated about columns, by the name of a column (<c>features[3]</c>) or of a tensor (<c>features</c>); the column's own entry wins.</summary>
    public IReadOnlyDictionary<string, ColumnOptions> Columns { get; init; } = new Dictionary<string, ColumnOptions>(StringComparer.Ordinal);

    /// <summary>The name of a categorical column whose values, at most the 16 most frequent ones, are watched as segments; null for none.</summary>
    public string? SegmentColumn { get; init; }

    /// <summary>Whether rows are counted whose inputs equal those of one of about 1,000 rows before: retries, and sources that stand still. The rows before are those that the same one of up to 8 sets of counters counted, so that the count depends on how calls are spread over
    /// threads and processes, and on how many there are: it is the only one that does. False by default.</summary>
    public bool CountRepeats { get; init; }

    /// <summary>Whether pairs of columns that do not depend on each other are counted too, up to 300 pairs, those of 25 columns, so that a dependence that begins, or a change of a subgroup, is found. False by default: each pair takes about a nanosecond of a row.</summary>
    public bool CountAllPairs { get; init; }

    /// <summary>Whether combinations of columns are counted too that depend on each other in the reference: up to 16 residuals, each of a column given up to 8 others, and up to 8 parities of three columns, so that a change of a dependence is found that neither a column nor a counted pair shows. False by
    /// default: all of them take up to about a microsecond of a row.</summary>
    public bool CountJoint { get; init; }

    /// <summary>The cycle of time by which rows have references of their own: traffic that differs by hour or weekday is then no drift. Each row needs a time. A season with fewer than 200 rows is compared with all rows (<see cref="ReferenceProfile.Notes"/>). None by default.</summary>
    public ProfileSeason Season { get; init; }

    /// <summary>The id of the time zone in which hours and days are counted, such as <c>Europe/Berlin</c>; empty, the default, for UTC.</summary>
    public string SeasonTimeZone { get; init; } = "";

    /// <summary>The column of files that holds the times of rows; empty, the default, for none.</summary>
    public string TimeColumn { get; init; } = "";

    /// <summary>Where the rows come from, for the profile's <see cref="ReferenceProfile.Source"/>: such as the digest of a file.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// Reads what is stated as JSON: <c>{"columns": {"score": {"side": "output", "kind": "score"}, "numeric": {"titles": ["age", "hours"]}, "id": {"exclude": true}, "city": {"rules": {"allowUnseen": true}}}, "segments": "sex"}</c>,
    /// in which every part is optional; or what <see cref="ReferenceProfile.ToJson"/> wrote; or lists of titles by column, <c>{"numeric": ["age", "hours"]}</c>.
    /// </summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="MonitoringException">The file cannot be read or is not valid.</exception>
    public static ReferenceProfileOptions Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return ProfileJson.Read(path, File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{path}: expected a readable file, got: {exception.Message} Check the path.", exception);
        }
    }

    /// <summary>Reads what is stated from text; see <see cref="Load"/>.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="MonitoringException">The text is not valid.</exception>
    public static ReferenceProfileOptions Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ProfileJson.Read("Columns", json);
    }

    internal ColumnOptions? Find(string column, string tensor) => Columns.GetValueOrDefault(column) ?? Columns.GetValueOrDefault(tensor);
}
