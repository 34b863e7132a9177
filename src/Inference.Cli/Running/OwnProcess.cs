using System.Diagnostics;

namespace Inference.Cli.Running;

/// <summary>Starts this program again as a child.</summary>
internal static class OwnProcess
{
    /// <summary>The start information of a child process with these arguments, with redirected output and errors.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        string self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (KeyFile.Path is { } key)
        {
            start.ArgumentList.Add(KeyFile.Option.Name);
            start.ArgumentList.Add(key);
        }

        return start;
    }
}
