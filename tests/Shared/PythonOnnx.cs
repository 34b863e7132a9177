using System.ComponentModel;
using System.Diagnostics;

namespace Inference.TestSupport;

/// <summary>The system's Python with the onnx package, as an independent judge of written files.</summary>
public static class PythonOnnx
{
    private static readonly Lazy<string?> LazyPath = new(Locate);

    /// <summary>The interpreter: the variable INFERENCE_PYTHON, else /usr/bin/python3, else python3 on the path; null where none can import onnx.</summary>
    public static string? Interpreter => LazyPath.Value;

    /// <summary>Runs a script and returns what it printed.</summary>
    /// <param name="script">The Python source.</param>
    /// <param name="arguments">What <c>sys.argv[1:]</c> shall hold.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it printed.</exception>
    public static string Run(string script, params string[] arguments)
    {
        var (code, output) = Execute(Interpreter ?? throw new InvalidOperationException("Python with onnx is missing; mark the test [PythonOnnxFact]."), script, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"Python ended with {code}:\n{output}");
    }

    private static string? Locate()
    {
        string?[] candidates = [Environment.GetEnvironmentVariable("INFERENCE_PYTHON"), "/usr/bin/python3", "python3"];
        return candidates.FirstOrDefault(c => !string.IsNullOrEmpty(c) && CanImport(c));
    }

    private static bool CanImport(string interpreter)
    {
        try
        {
            return Execute(interpreter, "import onnx.checker", []).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Execute(string interpreter, string script, string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", script, .. arguments])
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
