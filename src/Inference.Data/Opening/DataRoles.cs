namespace Inference.Data;

/// <summary>Assigns rows to roles, so that no reported figure is measured on rows that were used for training, calibration or selection.</summary>
public sealed class DataRoles
{
    /// <summary>Rows for training students.</summary>
    public required IDataSource Train { get; init; }

    /// <summary>Rows for calibration and refitting.</summary>
    public required IDataSource Calibrate { get; init; }

    /// <summary>Rows for choosing between candidates.</summary>
    public required IDataSource Search { get; init; }

    /// <summary>Rows on which the reported figures are measured; null if there are no separate rows for this.</summary>
    public IDataSource? Report { get; init; }

    /// <summary>Opens data. A folder with files <c>calib</c>, <c>search</c>, <c>test</c>, <c>train</c> (of any kind that <see cref="DataSource.Open"/> reads) provides a file for each role: calib replaces a
    /// missing search, search a missing calib, and both a missing train. Anything else is one set of rows; <paramref name="split"/> determines whether it is divided.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="split">For one set of rows, whether to divide it: of every four rows, the first is for calibration, the second and fourth for search, the third for reporting. If false, all rows serve every role except reporting.</param>
    /// <param name="open">Opens one file or folder of rows; null for <see cref="DataSource.Open"/>.</param>
    /// <exception cref="DataException">There is nothing readable at the path.</exception>
    public static DataRoles Open(string path, bool split = false, Func<string, IDataSource>? open = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        open ??= static file => DataSource.Open(file);
        IDataSource? Find(string name) => DataSource.Extensions.Select(e => Path.Combine(path, name + e)).FirstOrDefault(File.Exists) is { } file ? open(file) : null;
        if (Directory.Exists(path) && (Find("calib") ?? Find("search")) is { } some)
        {
            IDataSource calibrate = Find("calib") ?? some;
            IDataSource search = Find("search") ?? some;
            return new DataRoles { Train = Find("train") ?? calibrate, Calibrate = calibrate, Search = search, Report = Find("test") };
        }

        IDataSource all = open(path);
        if (!split)
        {
            return new DataRoles { Train = all, Calibrate = all, Search = all };
        }

        IDataSource Every(string name, params int[] places) => new Memory.BlockDataSource(all, name, places);
        return new DataRoles { Train = Every("calibration", 0), Calibrate = Every("calibration", 0), Search = Every("search", 1, 3), Report = Every("report", 2) };
    }
}
