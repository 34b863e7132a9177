using System.Globalization;

namespace CaseStudy;

/// <summary>The options of the command line.</summary>
internal sealed class Arguments
{
    public string Folder { get; private set; } = Path.Combine("artifacts", "case-study");

    /// <summary>Requests of each distribution of users, half of them from several callers at once.</summary>
    public int Requests { get; private set; } = 4000;

    /// <summary>Requests that quality is judged on.</summary>
    public int Quality { get; private set; } = 4000;

    /// <summary>What to do: <c>all</c>, or one of <see cref="Parts"/>; parts leave what they found in the folder.</summary>
    public string Part { get; private set; } = "all";

    public static IReadOnlyList<string> Parts { get; } = ["models", "quality", "0.6", "0.8", "1.0", "report"];

    public string? Html { get; private set; }

    public string? Markdown { get; private set; }

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"'{args[i]}' needs a value.");
            switch (args[i])
            {
                case "--folder":
                    parsed.Folder = value;
                    break;
                case "--requests":
                    parsed.Requests = int.Parse(value, CultureInfo.InvariantCulture) / 200 * 200;
                    break;
                case "--quality":
                    parsed.Quality = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--part":
                    parsed.Part = value == "all" || Parts.Contains(value) ? value : throw new ArgumentException($"'{value}' is no part; expected all, {string.Join(", ", Parts)}.");
                    break;
                case "--html":
                    parsed.Html = value;
                    break;
                case "--markdown":
                    parsed.Markdown = value;
                    break;
                default:
                    throw new ArgumentException($"'{args[i]}' is no option; expected --folder, --requests, --quality, --part, --html or --markdown.");
            }
        }

        return parsed;
    }
}
