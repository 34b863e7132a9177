using System.Text.RegularExpressions;

namespace Inference.Architecture.Tests.Constants;

/// <summary>A number with a name in a source file.</summary>
/// <param name="File">The file, as seen from the repository.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Name">The name.</param>
/// <param name="Value">What it is set to.</param>
/// <param name="Explained">Whether a comment or documentation stands above it, or above the constants it is grouped with.</param>
internal sealed partial record NumericConstant(string File, int Line, string Name, string Value, bool Explained)
{
    private static readonly HashSet<string> s_limiting = new(
        [
            "Min", "Max", "Minimum", "Maximum", "Least", "Most", "Fewest", "Few", "Limit", "Threshold", "Parallel", "Longest", "Shortest", "Smallest", "Largest", "Greatest", "Below", "Above",
            "Tolerance", "Budget", "Window",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the name says that it decides or limits something.</summary>
    public bool IsLimit => Word().Matches(Name).Any(static w => s_limiting.Contains(w.Value));

    /// <summary>Whether it is computed from other constants by name, which then say why.</summary>
    public bool IsDerived => NamedPart().IsMatch(Value);

    /// <summary>The constants of a file; lines that follow each other without a gap are a group.</summary>
    public static IEnumerable<NumericConstant> Of(string file, string[] lines)
    {
        int last = -2;
        bool explained = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (Declaration().Match(lines[i]) is not { Success: true } match)
            {
                continue;
            }

            explained = (i > 0 && lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal)) || (explained && last == i - 1);
            last = i;
            yield return new(file, i + 1, match.Groups["name"].Value, match.Groups["value"].Value, explained);
        }
    }

    [GeneratedRegex(@"^\s*(?:(?:public|private|internal|protected)\s+)?(?:const|static readonly)\s+(?:s?byte|u?short|u?int|u?long|nu?int|float|double|decimal|TimeSpan)\s+(?<name>\w+)\s*=\s*(?<value>[^;]*)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Declaration();

    // s_longest begins with a word, too.
    [GeneratedRegex(@"[A-Z][a-z0-9]*|(?<=_)[a-z]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    // Types and their members that only make a number are no reason.
    [GeneratedRegex(@"\b(?!TimeSpan|Stopwatch|TimeProvider|Math|From\w+|System|Frequency|TimestampFrequency|sizeof)[A-Z]\w+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamedPart();
}
