using System.Reflection;
using TestData = Inference.TestSupport.TestData;

namespace Inference.PublicApi.Tests;

/// <summary>Holds the public API of each package: a change shows in a file that is reviewed with it.</summary>
public sealed class PublicSurfaceTests
{
    private const string UpdateVariable = "INFERENCE_UPDATE_API";

    [Theory]
    [InlineData("Inference.Abstractions")]
    [InlineData("Inference")]
    [InlineData("Inference.Batching")]
    [InlineData("Inference.Caching")]
    [InlineData("Inference.Data")]
    [InlineData("Inference.Evaluation")]
    [InlineData("Inference.Images")]
    [InlineData("Inference.Kernels")]
    [InlineData("Inference.Onnx")]
    [InlineData("Inference.OnnxRuntime")]
    [InlineData("Inference.Optimization")]
    [InlineData("Inference.Versioning")]
    public void Package_PublicSurface_IsAsCheckedIn(string package)
    {
        string actual = PublicSurface.Of(Assembly.Load(package));
        string file = Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.PublicApi.Tests", "Snapshots", $"{package}.txt");
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(file, actual);
        }

        string expected = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        string[] gone = [.. Lines(expected).Except(Lines(actual)).Take(20)];
        string[] added = [.. Lines(actual).Except(Lines(expected)).Take(20)];
        Assert.True(
            expected == actual,
            $"The public API of {package} differs from {file}.{Environment.NewLine}{string.Join(Environment.NewLine, gone.Select(l => "- " + l).Concat(added.Select(l => "+ " + l)))}{Environment.NewLine}"
            + "If the change is meant, run eng/api.sh, review the difference, write it into CHANGELOG.md, and commit all of it together.");
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
