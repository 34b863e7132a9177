namespace Inference.TestSupport;

/// <summary>The system's Python with scikit-learn, as an independent judge of metrics.</summary>
public static class PythonSklearn
{
    private static readonly SystemPython Python = new("sklearn.metrics");

    /// <summary>The interpreter; null where none can import scikit-learn.</summary>
    public static string? Interpreter => Python.Interpreter;

    /// <summary>Runs a script file and returns what it printed.</summary>
    /// <param name="arguments">The file, and what <c>sys.argv[1:]</c> shall hold.</param>
    /// <exception cref="InvalidOperationException">The script failed; the message holds what it printed.</exception>
    public static string Run(params string[] arguments) => Python.Run(arguments);
}
