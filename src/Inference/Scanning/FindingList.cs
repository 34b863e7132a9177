namespace Inference.Scanning;

/// <summary>Collects findings; a load stops at the first fatal one.</summary>
/// <param name="stops">Whether a fatal finding is thrown.</param>
internal sealed class FindingList(bool stops)
{
    // A report of more helps nobody, and a hostile file could make it as long as it likes.
    private const int MostFindings = 1000;
    private readonly List<ScanFinding> _findings = [];

    public IReadOnlyList<ScanFinding> Findings => _findings;

    /// <summary>Whether findings that are not fatal are wanted.</summary>
    public bool WantsWarnings => !stops && _findings.Count < MostFindings;

    /// <exception cref="ModelLoadException">A load is to be refused.</exception>
    public void Fatal(string rule, string where, string message)
    {
        if (stops)
        {
            throw new ModelLoadException(where.Length == 0 ? message : $"{where}: {message}");
        }

        Add(rule, ScanSeverity.Fatal, where, message);
    }

    public void Warn(string rule, string where, string message)
    {
        if (WantsWarnings)
        {
            Add(rule, ScanSeverity.Warning, where, message);
        }
    }

    private void Add(string rule, ScanSeverity severity, string where, string message)
    {
        if (_findings.Count < MostFindings)
        {
            _findings.Add(new(rule, severity, Shorten(where), Shorten(message)));
        }
    }

    // Names in hostile files may be megabytes.
    private static string Shorten(string text) => text.Length <= 500 ? text : $"{text.AsSpan(0, 500)}…";
}
