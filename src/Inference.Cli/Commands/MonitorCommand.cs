using System.CommandLine;

namespace Inference.Cli.Commands;

/// <summary>The commands of monitoring.</summary>
internal static class MonitorCommand
{
    public static Command Create() => new("monitor", "Makes reference profiles of a model's inputs and outputs, and compares rows with them.")
    {
        MonitorProfileCommand.Create(),
        MonitorCompareCommand.Create(),
        MonitorReplayCommand.Create(),
        MonitorReportCommand.Create(),
        MonitorAbCommand.Create(),
    };
}
