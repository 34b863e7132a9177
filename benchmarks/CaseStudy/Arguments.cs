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
                case "--html":
                    parsed.Html = value;
                    break;
                case "--markdown":
                    parsed.Markdown = value;
                    break;
                default:
                    throw new ArgumentException($"'{args[i]}' is no option; expected --folder, --requests, --quality, --html or --markdown.");
            }
        }

        return parsed;
    }
}
