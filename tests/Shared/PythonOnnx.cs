namespace Inference.TestSupport;

/// <summary>The system's Python with the onnx package, as an independent judge of written files.</summary>
public static class PythonOnnx
{
    private static readonly SystemPython Python = new("onnx.checker");

    /// <summary>The interpreter; null where none can import onnx.</summary>
    public static string? Interpreter => Python.Interpreter;

    /// <summary>Runs a script and returns what it printed.</summary>
    /// <param name="script">The Python source.</param>
    /// <param name="arguments">What <c>sys.argv[1:]</c> shall hold.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it printed.</exception>
    public static string Run(string script, params string[] arguments) => Python.Run(["-c", script, .. arguments]);
}
