using System.ComponentModel;
using System.Diagnostics;

namespace Inference.TestSupport;

/// <summary>The system's Python with one of its packages.</summary>
/// <param name="module">What the package is imported as.</param>
internal sealed class SystemPython(string module)
{
    private readonly Lazy<string?> _interpreter = new(() => Locate(module));

    /// <summary>The interpreter: the variable INFERENCE_PYTHON, else /usr/bin/python3, else python3 on the path; null where none can import the module.</summary>
    public string? Interpreter => _interpreter.Value;

    /// <summary>Runs it and returns what it printed.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="InvalidOperationException">There is none, or it failed; the message holds what it printed.</exception>
    public string Run(params string[] arguments)
    {
        (int code, string output) = Execute(Interpreter ?? throw new InvalidOperationException($"No Python with {module} was found."), arguments);
        return code == 0 ? output : throw new InvalidOperationException($"Python ended with {code}:\n{output}");
    }

    private static string? Locate(string module)
    {
        string?[] candidates = [Environment.GetEnvironmentVariable("INFERENCE_PYTHON"), "/usr/bin/python3", "python3"];
        return candidates.FirstOrDefault(c => !string.IsNullOrEmpty(c) && CanImport(c, module));
    }

    private static bool CanImport(string interpreter, string module)
    {
        try
        {
            return Execute(interpreter, ["-c", $"import {module}"]).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Execute(string interpreter, string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
