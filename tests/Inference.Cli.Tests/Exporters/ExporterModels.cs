using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests.Exporters;

/// <summary>The folder of models that <c>make.py</c> writes, for the tests of one class.</summary>
public sealed class ExporterModels : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ExporterModels()
    {
        if (PythonOnnx.Interpreter is not null)
        {
            PythonOnnx.Run(Script(), _folder.Path);
        }
    }

    /// <summary>Names and the exporters they are of, in the order of the script.</summary>
    public static IReadOnlyDictionary<string, string> List() => PythonOnnx.Run(Script(), "--list")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(c => c[0], c => c[1]);

    public string Folder(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    private static string Script() => File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.Cli.Tests", "Exporters", "make.py"));
}
