using Inference.Optimization;

namespace Inference.Cli.Running;

/// <summary>Shows progress on standard error: one changing line on a terminal, one line per stage when redirected.</summary>
internal sealed class ProgressLine : IProgress<OptimizationProgress>
{
    private string _stage = "";

    public void Report(OptimizationProgress value)
    {
        string steps = value.Steps > 0 ? $" {value.Step}/{value.Steps}" : $" {value.Step}";
        string drop = value.Drop is { } d ? FormattableString.Invariant($", drop {d * 100:F2} %") : "";
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r\u001b[K{value.Stage}{steps} {value.Message}{drop}");
        }
        else if (value.Stage != _stage || value.Stage == "search")
        {
            Console.Error.WriteLine($"{value.Stage}{(value.Stage == "search" ? steps : "")} {value.Message}{drop}".TrimEnd());
        }

        _stage = value.Stage;
    }
}
