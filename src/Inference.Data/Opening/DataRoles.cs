namespace Inference.Data;

/// <summary>Which rows do what, so that no figure is reported on rows that something was fitted to or chosen by.</summary>
/// <param name="Train">Rows to train students on.</param>
/// <param name="Calibrate">Rows to calibrate and refit on.</param>
/// <param name="Search">Rows to choose by.</param>
/// <param name="Report">Rows that the reported figures are measured on; null where there are none of their own.</param>
public sealed record DataRoles(IDataSource Train, IDataSource Calibrate, IDataSource Search, IDataSource? Report)
{
    /// <summary>Opens data. A folder with files <c>calib</c>, <c>search</c>, <c>test</c>, <c>train</c> (of any kind that <see cref="DataSource.Open"/> reads) gives each role its file: calib stands in for a
    /// missing search, search for a missing calib, both for a missing train. Anything else is one set of rows; <paramref name="split"/> says whether it is shared out.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="split">For one set of rows: of every four rows the first calibrates, the second and fourth search, the third reports. Otherwise all rows do everything, and nothing reports.</param>
    /// <param name="open">Opens one file or folder of rows; null: <see cref="DataSource.Open"/>.</param>
    /// <exception cref="DataException">Nothing readable is at the path.</exception>
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
