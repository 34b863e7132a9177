using System.Globalization;
using Inference.Guarding;

namespace Inference.Guard;

/// <summary>What to run, from the command line.</summary>
internal sealed record GuardOptions
{
    public const string Usage = "usage: Inference.Guard [--pass end|start|both] [--limit N] [--seed S] [--fill A,B] [--collect] [--prove] FOLDER…";

    /// <summary>The edges that are exact, one pass each.</summary>
    public GuardPlacement[] Passes { get; private set; } = [GuardPlacement.End, GuardPlacement.Start];

    /// <summary>How many cases to draw; 0: all.</summary>
    public int Limit { get; private set; }

    public int Seed { get; private set; } = 1;

    /// <summary>The bytes that memory is filled with, a run each; results must not differ.</summary>
    public byte[] Fills { get; private set; } = [0xFF, 0x5A];

    /// <summary>Whether a thread collects garbage all the time.</summary>
    public bool Collect { get; private set; }

    /// <summary>Whether to show that planted faults are found.</summary>
    public bool Prove { get; private set; }

    /// <summary>The fault to plant; 0: none.</summary>
    public int Plant { get; init; }

    /// <summary>In a child: the file with the cases, one a line, and the first of them to run.</summary>
    public (string List, int First)? Worker { get; private set; }

    public List<string> Folders { get; } = [];

    /// <summary>Null where the arguments are not understood.</summary>
    public static GuardOptions? Parse(string[] args)
    {
        int plant = Array.IndexOf(args, "--plant") is >= 0 and var at && at + 1 < args.Length ? Number(args[at + 1]) : 0;
        var options = new GuardOptions { Plant = plant };
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--collect":
                    options.Collect = true;
                    continue;
                case "--prove":
                    options.Prove = true;
                    continue;
                case "--pass" when value is "end" or "start" or "both":
                    options.Passes = value == "both" ? options.Passes : [value == "end" ? GuardPlacement.End : GuardPlacement.Start];
                    break;
                case "--limit" when value is not null:
                    options.Limit = Number(value);
                    break;
                case "--seed" when value is not null:
                    options.Seed = Number(value);
                    break;
                case "--plant" when value is not null:
                    break;
                case "--fill" when value is not null:
                    options.Fills = [.. value.Split(',').Select(Fill)];
                    break;
                case "--worker" when i + 2 < args.Length:
                    options.Worker = (args[i + 1], Number(args[i + 2]));
                    i++;
                    break;
                case ['-', ..]:
                    return null;
                default:
                    options.Folders.Add(args[i]);
                    continue;
            }

            i++;
        }

        return options.Worker is null && (options.Folders.Count == 0 || !options.Folders.TrueForAll(Directory.Exists)) ? null : options;
    }

    /// <summary>The arguments of a child that runs one pass over a list.</summary>
    public string[] WorkerArguments(GuardPlacement pass, string list, int first) =>
    [
        "--worker", list, first.ToString(CultureInfo.InvariantCulture),
        "--pass", pass == GuardPlacement.End ? "end" : "start",
        "--fill", string.Join(',', Fills.Select(f => f.ToString("X2", CultureInfo.InvariantCulture))),
        "--plant", Plant.ToString(CultureInfo.InvariantCulture),
        .. Collect ? (string[])["--collect"] : [],
    ];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static byte Fill(string text) => byte.Parse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
