namespace Inference.Data;

/// <summary>Assigns rows to roles, so that no reported figure is measured on rows that were used for training, calibration or selection.</summary>
/// <param name="Train">Rows for training students.</param>
/// <param name="Calibrate">Rows for calibration and refitting.</param>
/// <param name="Search">Rows for choosing between candidates.</param>
/// <param name="Report">Rows on which the reported figures are measured; null if there are no separate rows for this.</param>
public sealed record DataRoles(IDataSource Train, IDataSource Calibrate, IDataSource Search, IDataSource? Report)
{
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
            return new DataRoles(Find("train") ?? calibrate, calibrate, search, Find("test"));
        }

        IDataSource all = open(path);
        return split
            ? new DataRoles(new Memory.BlockDataSource(all, "calibration", [0]), new Memory.BlockDataSource(all, "calibration", [0]), new Memory.BlockDataSource(all, "search", [1, 3]), new Memory.BlockDataSource(all, "report", [2]))
            : new DataRoles(all, all, all, null);
    }
}
