using System.Globalization;
using System.Text;

namespace Inference.AspNetCore.Models;

/// <summary>Numeric aliases of versions, for clients that accept digits alone: <c>a.b.c</c> is a·10⁶ + b·10³ + c and <c>a.b</c> the same with c = 0, each part at most 999; <c>vN</c> is N.</summary>
internal static class VersionAlias
{
    // Three decimal digits a part, so that aliases can be read.
    private const int PartLimit = 1000;

    /// <summary>Returns the aliases of versions, newest first, such as <c>1010000=1.10 1009000=1.9</c>; empty if there are none. Names of versions and aliases of newer ones win.</summary>
    public static string Describe(IReadOnlyList<string> versions)
    {
        var text = new StringBuilder();
        var taken = new HashSet<string>(versions, StringComparer.Ordinal);
        foreach (string version in versions)
        {
            if (Of(version) is { } alias && taken.Add(alias))
            {
                text.Append(text.Length > 0 ? " " : "").Append(alias).Append('=').Append(version);
            }
        }

        return text.ToString();
    }

    /// <summary>Returns the alias of a version; null if it has none, as those of digits alone have not.</summary>
    public static string? Of(string version)
    {
        ReadOnlySpan<char> text = version.AsSpan(version is ['v' or 'V', ..] ? 1 : 0);
        bool prefixed = text.Length < version.Length;
        if (!text.Contains('.'))
        {
            return prefixed && text.Length is > 0 and <= 18 && !text.ContainsAnyExceptInRange('0', '9') ? text.ToString() : null;
        }

        long alias = 0;
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            if (parts == 3 || !int.TryParse(text[range], NumberStyles.None, CultureInfo.InvariantCulture, out int part) || part >= PartLimit)
            {
                return null;
            }

            alias = (alias * PartLimit) + part;
            parts++;
        }

        return (parts == 2 ? alias * PartLimit : alias).ToString(CultureInfo.InvariantCulture);
    }
}
