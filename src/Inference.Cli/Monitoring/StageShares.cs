using System.Globalization;
using Inference.Cli.Running;

namespace Inference.Cli.Monitoring;

/// <summary>The stated shares of the treatment: one of all stages, or one of each.</summary>
internal sealed class StageShares
{
    private readonly Dictionary<string, double> _byStage = new(StringComparer.Ordinal);
    private readonly double? _all;

    /// <param name="text">Such as <c>0.1</c>, or <c>first=0.1,second=0.5</c>; null for unknown shares.</param>
    /// <exception cref="UsageException">A share is not a number above 0 and below 1.</exception>
    public StageShares(string? text)
    {
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.LastIndexOf('=');
            double share = double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is > 0 and < 1
                ? number
                : throw new UsageException($"--share: expected the treatment's share of the units, above 0 and below 1, or STAGE=SHARE,…, got '{part}'.");
            if (equals < 0)
            {
                _all = share;
            }
            else
            {
                _byStage[part[..equals]] = share;
            }
        }
    }

    /// <summary>The share of a stage; null if it is not stated.</summary>
    public double? Of(string stage) => _byStage.TryGetValue(stage, out double share) ? share : _all;

    /// <exception cref="UsageException">A stage is not in the file.</exception>
    public void RequireIn(IReadOnlyDictionary<string, int> stages)
    {
        foreach (string stage in _byStage.Keys.Where(s => !stages.ContainsKey(s)))
        {
            throw new UsageException($"--share: expected a stage of the file, got '{stage}'. The stages are {string.Join(", ", stages.Keys.Take(8).Select(static s => $"'{s}'"))}.");
        }
    }
}
